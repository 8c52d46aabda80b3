using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Options of <see cref="MixedAttention"/>.</summary>
public sealed record MixedAttentionOptions
{
    /// <summary>By how much there are fewer heads than the host says; one head is left at least.</summary>
    [Description("by how much there are fewer heads than the host says; one is left at least"), Range(1, 1024)]
    public int HeadRatio { get; init; } = 2;

    /// <summary>Tokens under the kernels, an odd number.</summary>
    [Description("tokens under the kernels, an odd number"), Range(1, 4095)]
    public int Kernel { get; init; } = 9;
}

/// <summary>
/// Heads of attention beside heads of span-based dynamic convolution, whose kernels come of a token and of a convolution around it (Jiang et al.,
/// NeurIPS 2020, ConvBERT, arXiv 2008.02496, section 4). Each kind makes half of the width.
/// </summary>
[Formula(
    "Y = [softmax(Q Kᵀ / √d) V for each head; conv_a for each head] W_o, d = floor(D / (2 n))",
    "conv_a[t, c] = sum_m softmax(F_a (q_t ⊙ s_t))_m u_(t + m - (k - 1) / 2, c), s = P depthwise(X), u = X U",
    Where = "q: (D / 2); s: keys of spans, (D / 2); u: (D / 2); U, P: (width, D / 2); F: (heads, k, D / 2); n: heads; a: head; c: channel of it; "
        + "m: place in the kernel; k: kernel")]
[Claims(Leaks = Leaks.Padding | Leaks.Pairs, Caveat = "the windows of its convolutions read padding, as the authors' do, and whatever else stands beside a token")]
[Method("mixed-attention", "Mixed attention (ConvBERT)", Family.LightweightBlocks, 2020, System = "convbert",
    Paper = "Jiang, Yu, Zhou, Chen, Feng, Yan, ConvBERT: Improving BERT with Span-based Dynamic Convolution, NeurIPS 2020, arXiv 2008.02496",
    Complexity = "O(tokens² + tokens · kernel)")]
public sealed class MixedAttention : TokenMixer, IValuePath
{
    private readonly int _heads;
    private readonly int _kernel;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of twice the heads that are left, or the kernel is even.</exception>
    public MixedAttention(TokenMixerShape shape, MixedAttentionOptions options)
    {
        _heads = Math.Max(1, shape.Heads / options.HeadRatio);
        if (shape.Width % (2 * _heads) != 0)
            throw new UserException($"The width of mixed attention must be a multiple of twice its heads, found width {shape.Width} and {_heads} heads.");
        if (options.Kernel % 2 == 0)
            throw new UserException($"The kernel of mixed attention must be odd, so that it lies around a token, found {options.Kernel}.");
        _kernel = options.Kernel;
        var (width, half) = (shape.Width, shape.Width / 2);
        (QueryProjection, KeyProjection, ValueProjection) = (new Linear(width, half), new Linear(width, half), new Linear(width, half));
        SpanConvolution = new Conv1d(width, width, options.Kernel, padding: options.Kernel / 2, groups: width, bias: false);
        SpanProjection = new Conv1d(width, half, 1, bias: false);
        SpanBias = Initialization.Constant(Parameter.Empty(half, 1), 0);
        Kernels = new Linear(half, _heads * options.Kernel);
        (ConvolvedProjection, OutputProjection) = (new Linear(width, half), new Linear(width, width));
        Function = new ModifiedAttention([new Division(Math.Sqrt(half / _heads))], shape.Dropout, scale: 1);
    }

    IEnumerable<Parameter> IValuePath.ValuePath => [ValueProjection.Weight, ConvolvedProjection.Weight, OutputProjection.Weight];

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    /// <summary>What a token sees around it, channel by channel.</summary>
    private Conv1d SpanConvolution { get; }

    /// <summary>From that to the keys of spans.</summary>
    private Conv1d SpanProjection { get; }

    /// <summary>(width / 2, 1).</summary>
    private Parameter SpanBias { get; }

    /// <summary>From the product of a query and the key of its span to the kernels of all heads.</summary>
    private Linear Kernels { get; }

    /// <summary>What the kernels sum.</summary>
    private Linear ConvolvedProjection { get; }

    private Linear OutputProjection { get; }

    private ModifiedAttention Function { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("Mixed attention");
        var queries = QueryProjection.Call(tokens);
        var (keys, values) = (Heads.Split(KeyProjection.Call(tokens), _heads), Heads.Split(ValueProjection.Call(tokens), _heads));
        var convolved = Convolve(tokens, queries);
        var attended = HeadMask.Apply(Function.Call(Heads.Split(queries, _heads), keys, values, mask));
        return OutputProjection.Call(Functional.Cat([Heads.Join(attended), convolved], -1));
    }

    /// <summary>The heads of convolution side by side, (batch, tokens, width / 2).</summary>
    private Tensor Convolve(Tensor tokens, Tensor queries)
    {
        var spans = (SpanProjection.Call(SpanConvolution.Call(tokens.Transpose(1, 2))) + SpanBias).Transpose(1, 2);
        var kernels = Kernels.Call(spans * queries).Reshape([-1, _kernel, 1]).Softmax(1);
        var channels = ConvolvedProjection.Call(tokens).Transpose(1, 2).Contiguous().Unsqueeze(-1);
        var windows = channels.Im2col([_kernel, 1], dilation: [1, 1], padding: [_kernel / 2, 0], stride: [1, 1]).Transpose(1, 2);
        return windows.Reshape([-1, channels.Size(1) / _heads, _kernel]).MatMul(kernels).Reshape(queries.Shape);
    }

    /// <summary>
    /// Divides the scores, where others multiply the queries. Rounding grows more than thousandfold in gradients here: only by the authors' order of
    /// operations, throughout this class, do they meet the authors' own.
    /// </summary>
    private sealed class Division(double divisor) : ScoreModifier
    {
        /// <inheritdoc/>
        protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) => scores / divisor;
    }
}
