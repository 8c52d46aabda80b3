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

/// <summary>The attention map of some layers. Records <c>weights</c>, (batch, heads, tokens, tokens), for inspection.</summary>
internal sealed class AttentionMap(TokenMixerShape shape) : Module
{
    private readonly int _heads = shape.Heads;

    private Linear QueryProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    private Linear KeyProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    /// <summary>(batch, heads, tokens, tokens).</summary>
    public Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        var queries = Heads.Split(QueryProjection.Call(tokens), _heads);
        var keys = Heads.Split(KeyProjection.Call(tokens), _heads);
        var weights = MaskedSoftmax.Of((queries / Math.Sqrt(queries.Size(-1))).MatMul(keys.Transpose(-2, -1)), mask);
        Recorder.Record(this, "weights", weights);
        return scope.Keep(weights);
    }
}

/// <summary>A post-norm layer whose values are weighed by a map from elsewhere.</summary>
internal sealed class LazyLayer(TokenMixerShape shape, ChannelMixer feedForward) : Module
{
    private readonly int _heads = shape.Heads;

    private Linear ValueProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    private Linear OutputProjection { get; } = new(shape.Heads * shape.HeadWidth, shape.Width);

    private PostNorm AttentionWiring { get; } = new(new LayerNorm(shape.Width), shape.Dropout);

    private ChannelMixer FeedForward { get; } = feedForward;

    private PostNorm FeedForwardWiring { get; } = new(new LayerNorm(shape.Width), shape.Dropout);

    public Tensor Call(Tensor tokens, Tensor weights)
    {
        using var scope = new TensorScope(this);
        var attended = AttentionWiring.Call(
            tokens, asking => OutputProjection.Call(Heads.Join(weights.MatMul(Heads.Split(ValueProjection.Call(asking), _heads)))));
        return scope.Keep(FeedForwardWiring.Call(attended, FeedForward.Call));
    }
}

/// <summary>Options of <see cref="LazyFormer"/>.</summary>
public sealed record LazyFormerOptions
{
    /// <summary>Layers of the stack.</summary>
    [Description("layers of the stack"), Range(1, 1024)]
    public int Layers { get; init; } = 2;

    /// <summary>Layers that share one attention map.</summary>
    [Description("layers that share one attention map"), Range(1, 1024)]
    public int Block { get; init; } = 2;

    /// <summary>Width of the feed-forward parts; null for four times the width of a token.</summary>
    [Description("width of feed-forward parts; without it, four times that of a token"), Range(1, 1048576)]
    public int? FeedForwardWidth { get; init; }
}

/// <summary>
/// A stack of post-norm layers of which only the first of every block computes an attention map; the others reuse it with values of their own
/// (Ying, Ke, He, Liu 2021, arXiv 2102.12702). As in the paper, there is no dropout on maps.
/// </summary>
[Formula(
    "A = softmax(Q Kᵀ / √d), computed in the first layer of every block of layers",
    "every layer: Z = norm(X + [A V] W_o), Y = norm(Z + mlp(Z)), V = X W_v of its own",
    Where = "Z: (batch, tokens, width)")]
[Claims(Causal = true)]
[Method("lazyformer", "LazyFormer", Family.Priors, 2021, System = "priors",
    Paper = "Ying, Ke, He, Liu, LazyFormer: Self Attention with Lazy Update, arXiv 2102.12702", Complexity = "O(layers · tokens²), with scores once a block")]
public sealed class LazyFormer : TokenMixer
{
    private readonly int _block;

    /// <summary>A stack with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public LazyFormer(TokenMixerShape shape, LazyFormerOptions options)
    {
        _block = options.Block;
        var hidden = options.FeedForwardWidth ?? 4 * shape.Width;
        Maps = ModuleList<AttentionMap>.Of((options.Layers + _block - 1) / _block, _ => new AttentionMap(shape));
        Layers = ModuleList<LazyLayer>.Of(
            options.Layers, _ => new LazyLayer(shape, new PositionwiseFeedForward(shape.Width, hidden, Activations.Named("gelu"), shape.Dropout)));
    }

    private ModuleList<AttentionMap> Maps { get; }

    private ModuleList<LazyLayer> Layers { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        foreach (var (map, layers) in Maps.Zip(Layers.Chunk(_block)))
        {
            var weights = map.Call(tokens, mask);
            tokens = layers.Aggregate(tokens, (current, layer) => layer.Call(current, weights));
        }

        return tokens;
    }
}
