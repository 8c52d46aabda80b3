using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Options of stacks whose layers share their attention maps.</summary>
public sealed record SharedMapOptions
{
    /// <summary>Layers of the stack.</summary>
    [Description("layers of the stack"), Range(1, 1024)]
    public int Layers { get; init; } = 2;

    /// <summary>Width of the feed-forward parts; null for four times the width of a token.</summary>
    [Description("width of feed-forward parts; without it, four times that of a token"), Range(1, 1048576)]
    public int? FeedForwardWidth { get; init; }

    internal PositionwiseFeedForward FeedForward(TokenMixerShape shape) =>
        new(shape.Width, FeedForwardWidth ?? 4 * shape.Width, Activations.Named("gelu"), shape.Dropout);
}

/// <summary>A layer that adds the scores of the layer before. Records <c>scores</c>, (batch, heads, tokens, tokens), for inspection.</summary>
internal sealed class RealFormerLayer(ResidualAttention attention, Wiring attentionWiring, ChannelMixer feedForward, Wiring feedForwardWiring) : Module
{
    private ResidualAttention Attention { get; } = attention;

    private Wiring AttentionWiring { get; } = attentionWiring;

    private ChannelMixer FeedForward { get; } = feedForward;

    private Wiring FeedForwardWiring { get; } = feedForwardWiring;

    /// <summary>The tokens, and the scores for the next layer.</summary>
    public (Tensor Tokens, ResidualScores Scores) Call(Tensor tokens, ResidualScores? earlier, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        var scores = default(ResidualScores);
        var attended = AttentionWiring.Call(tokens, asking =>
        {
            (var mixed, scores) = Attention.Call(asking, earlier, mask);
            // They leave the wiring beside its result.
            scores.Queries.OutliveScopes();
            scores.Keys.OutliveScopes();
            return mask?.Queries is { } real ? mixed.MaskedFill(!real.Unsqueeze(-1), 0) : mixed;
        });
        if (Recorder.IsListening)
            Recorder.Record(this, "scores", scores.Queries.Transpose(1, 2).MatMul(scores.Keys.Permute([0, 2, 3, 1])));
        return (scope.Keep(FeedForwardWiring.Call(attended, FeedForward.Call)), scores);
    }
}

/// <summary>
/// A stack of post-norm layers in which attention scores have a skip connection too (He, Ravula, Kanagal, Ainslie, Findings of ACL 2021,
/// arXiv 2012.11747): every layer adds its scores to those of the layers before. Attention projections have no bias.
/// </summary>
[Formula(
    "S_l = Q_l K_lᵀ / √d + S_(l-1), S_0 = 0",
    "Z_l = norm(X_l + [softmax(S_l) V_l] W_o), X_(l+1) = norm(Z_l + mlp(Z_l))",
    Where = "Z: (batch, tokens, width)")]
[Claims(Causal = true)]
[Method("realformer", "RealFormer (residual attention)", Family.Priors, 2021, System = "priors",
    Paper = "He, Ravula, Kanagal, Ainslie, RealFormer: Transformer Likes Residual Attention, Findings of ACL 2021, arXiv 2012.11747",
    Complexity = "O(layers · tokens²)")]
public sealed class RealFormer : TokenMixer
{
    /// <summary>A stack with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public RealFormer(TokenMixerShape shape, SharedMapOptions options)
        : this(shape, options, () => new PostNorm(new LayerNorm(shape.Width), shape.Dropout), norm: null) { }

    internal RealFormer(TokenMixerShape shape, SharedMapOptions options, Func<Wiring> wiring, LayerNorm? norm)
    {
        var inner = shape.Heads * shape.HeadWidth;
        Linear In() => new(shape.Width, inner, bias: false);
        ResidualAttention Attention() =>
            new(shape.Heads, In(), In(), In(), new Linear(inner, shape.Width, bias: false), new SoftmaxAttention(shape.Dropout));
        Layers = ModuleList<RealFormerLayer>.Of(
            options.Layers, _ => new RealFormerLayer(Attention(), wiring(), options.FeedForward(shape), wiring()));
        Norm = norm;
    }

    private ModuleList<RealFormerLayer> Layers { get; }

    private LayerNorm? Norm { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        ResidualScores? scores = null;
        foreach (var layer in Layers)
        {
            var earlier = scores;
            (tokens, scores) = layer.Call(tokens, earlier, mask);
            earlier?.Queries.Dispose();
            earlier?.Keys.Dispose();
        }

        scores?.Queries.Dispose();
        scores?.Keys.Dispose();
        return Norm is null ? tokens : Norm.Call(tokens);
    }
}
