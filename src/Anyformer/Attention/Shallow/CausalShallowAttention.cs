using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>
/// A shallow network that reads of the sentence what a token may see, zeros for the rest, and gives what the heads of attention would give that token:
/// the attention layer replacement of a decoder in Bozic et al. 2023 (Rethinking Attention, arXiv 2311.10642). The output projection stays.
/// </summary>
/// <remarks>
/// The code of the paper runs the network once for every token, on the whole sentence with the later tokens zeroed. Here each token is mapped to its
/// share of the hidden sums once, and a token's sums are those of what it sees; the norm before the map is a mean and a variance of the same kind.
/// </remarks>
[Formula(
    "Y_i = N_i W_o + b_o, N_i = U norm(leaky(V norm(r_i)))",
    Where = "r_i: the tokens up to the i-th as one row, and zeros, (tokens · width); N: what stands for the joined heads, (tokens, width); V: (hidden, tokens · width); U: (width, hidden); b_o: (width)")]
[Method("causal-shallow-attention", "Shallow network for causal attention (ALR)", Family.Replacements, 2023,
    Paper = "Bozic, Dordevic, Coppola, Thommes, Singh, Rethinking Attention: Exploring Shallow Feed-Forward Neural Networks as an Alternative to Attention "
        + "Layers in Transformers, AAAI 2024, arXiv 2311.10642",
    Complexity = "O((tokens + width) · tokens · hidden), hidden a share of tokens", System = "shallow-ff-attention")]
[Claims(FixedTokens = true, Causal = true)]
public sealed class CausalShallowAttention : TokenMixer, IAttentionStudent
{
    private readonly int _limit;

    /// <summary>A network with fresh weights.</summary>
    public CausalShallowAttention(TokenMixerShape shape, ShallowAttentionOptions options)
    {
        _limit = Sentences.Limit(shape.Tokens);
        var inputs = _limit * shape.Width;
        Network = new ShallowNetwork(inputs, options.Size.Hidden(inputs), shape.Width);
        OutputProjection = new Linear(shape.Width, shape.Width);
    }

    internal ShallowNetwork Network { get; }

    internal Linear OutputProjection { get; }

    Tensor IAttentionStudent.CallContexts(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        return scope.Keep(Contexts(tokens, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => OutputProjection.Call(Contexts(tokens, mask));

    private Tensor Contexts(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("A shallow network for causal attention");
        Sentences.Check(tokens, _limit);
        var count = tokens.Size(1);
        var visible = mask?.Table(count, count, tokens.Device) is { } table ? table.Reshape([-1, table.Size(-2), count]).To(tokens.DType)
            : Functional.Ones([1, 1, count], tokens.DType, device: tokens.Device);
        return Sentences.Masked(OfVisible(tokens, visible.Expand([tokens.Size(0), count, count])), mask?.Keys);
    }

    /// <summary>The outputs at every place.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="visible">1 where a token sees another, (batch, tokens, tokens).</param>
    internal Tensor OfVisible(Tensor tokens, Tensor visible)
    {
        var (norm, map) = (Network.InputNorm, Network.Hidden);
        var numbers = _limit * tokens.Size(2);
        var weights = map.Weight * norm.Weight;
        var mean = visible.MatMul(tokens.Sum([-1], keepdim: true)) / numbers;
        var square = visible.MatMul(tokens.Square().Sum([-1], keepdim: true)) / numbers;
        var scale = ((square - mean.Square()).Clamp(min: 0) + ShallowNetwork.Epsilon).Rsqrt();
        var sums = visible.MatMul(Shares(tokens, weights)) - mean * weights.Sum([-1]);
        return Network.CallFromHidden(sums * scale + (map.Weight.Mv(norm.Bias) + map.Bias!));
    }

    /// <summary>What each token adds to the hidden sums, (batch, tokens, hidden).</summary>
    private static Tensor Shares(Tensor tokens, Tensor weights)
    {
        var (count, width) = (tokens.Size(1), tokens.Size(2));
        var ofTokens = weights.Narrow(1, 0, count * width).Unflatten(1, [count, width]).Permute([1, 2, 0]);
        return tokens.Transpose(0, 1).MatMul(ofTokens).Transpose(0, 1);
    }
}
