using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Options of <see cref="LongShortRangeAttention"/>.</summary>
public sealed record LongShortRangeAttentionOptions
{
    /// <summary>What mixes the first half of the channels, over any distance.</summary>
    [Description("mixer of the first half of the channels, over any distance")]
    public Part<TokenMixer> LongRange { get; init; } = Part<TokenMixer>.Of("softmax");

    /// <summary>Tokens under the kernel of the convolution that mixes the other half.</summary>
    [Description("tokens under the kernel of the convolution of the other half"), Range(1, 4096)]
    public int Kernel { get; init; } = 15;
}

/// <summary>
/// Attention over the first channels, for what is far, and a convolution over the others, for what is near, side by side
/// (Wu et al., ICLR 2020, arXiv 2004.11886, section 4).
/// </summary>
[Formula("Y = [attention(X1), conv(X2)], X = [X1, X2]", Where = "X1, X2: halves of the channels, (batch, tokens, width / 2)")]
[Claims(Causal = true)]
[Method("lite-transformer", "Long-short range attention (Lite Transformer)", Family.LightweightBlocks, 2020, System = "architectures",
    Paper = "Wu, Liu, Lin, Lin, Han, Lite Transformer with Long-Short Range Attention, ICLR 2020, arXiv 2004.11886", Complexity = "O(tokens²)")]
public sealed class LongShortRangeAttention : TokenMixer
{
    private readonly int[] _widths;

    /// <summary>Mixers side by side.</summary>
    /// <param name="branches">Each with how many channels are its own; all together are the width of a token.</param>
    public LongShortRangeAttention(IReadOnlyList<(TokenMixer Mixer, int Width)> branches)
    {
        _widths = [.. branches.Select(branch => branch.Width)];
        Branches = new ModuleList<TokenMixer>(branches.Select(branch => branch.Mixer));
    }

    /// <summary>Attention and a dynamic convolution, on half of the channels each.</summary>
    /// <exception cref="UserException">Half of the width is no multiple of the heads.</exception>
    public LongShortRangeAttention(TokenMixerShape shape, LongShortRangeAttentionOptions options) : this(BranchesOf(shape, options)) { }

    private ModuleList<TokenMixer> Branches { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var (mixed, first) = (new List<Tensor>(), 0);
        foreach (var (branch, width) in Branches.Zip(_widths))
        {
            var own = tokens.Narrow(-1, first, width);
            mixed.Add(branch is TokenConvolution ? Convolve(branch, own, mask) : branch.Call(own, mask));
            first += width;
        }

        return Functional.Cat([.. mixed], -1);
    }

    /// <summary>As the authors have it, padding is 0 before the convolution's first map, and not after it.</summary>
    private static Tensor Convolve(TokenMixer branch, Tensor tokens, AttentionMask? mask) => mask?.Keys is { } real
        ? branch.Call(tokens * real.Unsqueeze(-1).To(tokens.DType), mask with { Keys = null, Queries = null })
        : branch.Call(tokens, mask);

    private static (TokenMixer Mixer, int Width)[] BranchesOf(TokenMixerShape shape, LongShortRangeAttentionOptions options)
    {
        var half = shape with { Width = shape.Width / 2, InnerWidth = null };
        var rest = half with { Width = shape.Width - half.Width };
        return
        [
            (options.LongRange.Build(half), half.Width),
            (new DynamicConvolution(rest, new TokenConvolutionOptions { Kernel = options.Kernel }), rest.Width),
        ];
    }
}
