using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>
/// Scores that go on from those of the layer before: both are mixed, and a convolution over the plane of queries and keys lets them evolve
/// (Wang et al., ICML 2021, arXiv 2102.12895). Records <c>weights</c>, (batch, heads, tokens, tokens).
/// </summary>
internal sealed class EvolvingScores : Module
{
    private readonly double _convolved;
    private readonly double _earlier;

    /// <summary>Scores of a layer.</summary>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="convolved">The share of convolved scores, alpha.</param>
    /// <param name="earlier">The share of earlier scores, beta.</param>
    /// <param name="isFirst">Whether no layer comes before.</param>
    public EvolvingScores(int heads, double convolved, double earlier, bool isFirst)
    {
        (_convolved, _earlier) = (convolved, earlier);
        Convolution = isFirst ? null : new Conv2d(heads, heads, 3, padding: 1);
    }

    private Conv2d? Convolution { get; }

    /// <summary>The contexts, (batch, heads, tokens, head width), and the scores for the next layer.</summary>
    /// <param name="queries">(batch, heads, tokens, head width).</param>
    /// <param name="keys">(batch, heads, tokens, head width).</param>
    /// <param name="values">(batch, heads, tokens, head width).</param>
    /// <param name="earlier">The scores of the layer before; null of the first.</param>
    /// <param name="mask">Padding; null for none. A causal mask is refused, since the convolution looks ahead.</param>
    public (Tensor Contexts, Tensor Scores) Call(Tensor queries, Tensor keys, Tensor values, Tensor? earlier, AttentionMask? mask)
    {
        mask?.RefuseCausal("Evolving attention");
        using var scope = new TensorScope();
        var scores = (queries / Math.Sqrt(queries.Size(-1))).MatMul(keys.Transpose(-2, -1));
        if (Convolution is not null && earlier is not null)
        {
            var mixed = WithoutPadding(scores * (1 - _earlier) + earlier * _earlier, mask);
            scores = Convolution.Call(mixed).LeakyRelu(0.01) * _convolved + mixed * (1 - _convolved);
        }

        var weights = MaskedSoftmax.Of(scores, mask);
        Recorder.Record(this, "weights", weights);
        return (scope.Keep(weights.MatMul(values)), scope.Keep(scores));
    }

    /// <summary>Zeros where a query or a key is padding: what a convolution finds beyond the ends too.</summary>
    private static Tensor WithoutPadding(Tensor scores, AttentionMask? mask)
    {
        if (mask?.KeyRows is { } keys)
            scores = scores.MaskedFill(!keys.Transpose(-2, -1), 0);
        return mask?.QueryRows is { } queries ? scores.MaskedFill(!queries, 0) : scores;
    }
}

/// <summary>Options of <see cref="EvolvingAttention"/>.</summary>
public sealed record EvolvingAttentionOptions
{
    /// <summary>Attention layers, one after another.</summary>
    [Description("attention layers, one after another"), Range(1, 1024)]
    public int Layers { get; init; } = 2;

    /// <summary>The share of convolved scores.</summary>
    [Description("share of convolved scores"), Range(0, 1)]
    public double Alpha { get; init; } = 0.1;

    /// <summary>The share of the scores of the layer before.</summary>
    [Description("share of the scores of the layer before"), Range(0, 1)]
    public double Beta { get; init; } = 0.1;
}

/// <summary>Multi-head attention layers, each with a skip connection and post-norm, whose scores evolve from layer to layer.</summary>
[Formula(
    "S'_l = (1 - b) S_l + b S_(l-1), S_l <- a leaky-relu(conv3(S'_l)) + (1 - a) S'_l, S_l = Q_l K_lᵀ / √d at first",
    "X_(l+1) = norm(X_l + [softmax(S_l) V_l] W_o)",
    Where = "S': (batch, heads, tokens, tokens); a: share of the convolution, alpha; b: share of the layer before, beta")]
[Claims]
[Method("evolving", "Evolving attention", Family.Priors, 2021, System = "priors",
    Paper = "Wang, Yang, Bai, Zhang, Bai, Yu, Zhang, Huang, Tong, Evolving Attention with Residual Convolutions, ICML 2021, arXiv 2102.12895",
    Complexity = "O(layers · tokens²), with 9 heads² products for every pair of tokens")]
public sealed class EvolvingAttention : TokenMixer
{
    private readonly int _heads;

    /// <summary>Layers with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public EvolvingAttention(TokenMixerShape shape, EvolvingAttentionOptions options)
    {
        _heads = shape.Heads;
        var inner = shape.Heads * shape.HeadWidth;
        InputProjections = ModuleList<Linear>.Of(options.Layers, _ => new Linear(shape.Width, 3 * inner));
        Scores = ModuleList<EvolvingScores>.Of(
            options.Layers, layer => new EvolvingScores(shape.Heads, options.Alpha, options.Beta, isFirst: layer == 0));
        OutputProjections = ModuleList<Linear>.Of(options.Layers, _ => new Linear(inner, shape.Width));
        Wirings = ModuleList<PostNorm>.Of(options.Layers, _ => new PostNorm(new LayerNorm(shape.Width), shape.Dropout));
    }

    private ModuleList<Linear> InputProjections { get; }

    private ModuleList<EvolvingScores> Scores { get; }

    private ModuleList<Linear> OutputProjections { get; }

    private ModuleList<PostNorm> Wirings { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The mask is causal, or one of pairs.</exception>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("Evolving attention");
        Tensor? scores = null;
        for (var layer = 0; layer < Scores.Count; layer++)
        {
            var parts = InputProjections[layer].Call(tokens).Chunk(3, -1);
            (var contexts, scores) = Scores[layer].Call(
                Heads.Split(parts[0], _heads), Heads.Split(parts[1], _heads), Heads.Split(parts[2], _heads), scores, mask);
            var output = OutputProjections[layer];
            tokens = Wirings[layer].Call(tokens, _ => output.Call(Heads.Join(contexts)));
        }

        return tokens;
    }
}
