using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Axes;

/// <summary>Options of <see cref="TwoStageAttention"/>.</summary>
public sealed record TwoStageAttentionOptions
{
    /// <summary>Segments of a variate; null when all tokens are those of a single variate.</summary>
    [Description("segments of a variate, which come in a row; without it, all tokens are one variate's"), Range(1, 1 << 20)]
    public int? Segments { get; init; }

    /// <summary>Learned routers of every segment, through which the variates see each other.</summary>
    [Description("learned routers of every segment, through which the variates see each other"), Range(1, 65536)]
    public int Routers { get; init; } = 10;

    /// <summary>Hidden width of the two feed-forward parts; null for four times the width.</summary>
    [Description("hidden width of the feed-forward parts; without it, four times the width"), Range(1, 1 << 20)]
    public int? FeedForwardWidth { get; init; }

    /// <summary>How the segments of a variate see each other.</summary>
    [Description("attention function that mixes the segments of a variate")]
    public Part<AttentionFunction> Attention { get; init; } = Part<AttentionFunction>.Of("softmax");
}

/// <summary>
/// The two-stage attention layer: attention along the segments of each variate, then attention across the variates at each segment through a
/// few learned routers (Zhang and Yan, ICLR 2023, section 3.2). As in the paper the layer is a whole one: each stage ends in a feed-forward
/// part, and all four sublayers have their skip connection and normalisation. Tokens are ordered by variate, then by segment; the number of
/// variates is free, that of segments is not, for each has routers of its own.
/// </summary>
[Formula(
    "T = norm(X + attention(X)) along the segments of each variate, Z = norm(T + mlp(T))",
    "B = attention(R, Z) across the variates at each segment",
    "U = norm(Z + attention(Z, B)), Y = norm(U + mlp(U))",
    Where = "X: (batch, variates · segments, width); T, Z, U: like X; R: routers, learned, (segments, routers, width); "
        + "B: (batch · segments, routers, width)")]
[Claims(Padding = false, FixedTokens = true)]
[Method("two-stage-attention", "Two-stage attention", Family.Axes, 2023,
    System = "crossformer",
    Paper = "Zhang, Yan, Crossformer: Transformer Utilizing Cross-Dimension Dependency for Multivariate Time Series Forecasting, ICLR 2023",
    Complexity = "O(variates · segments² + routers · tokens)")]
public sealed class TwoStageAttention : TokenMixer
{
    private readonly int _segments;

    /// <summary>A layer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the tokens are none of the segments.</exception>
    public TwoStageAttention(TokenMixerShape shape, TwoStageAttentionOptions options)
    {
        _segments = options.Segments ?? shape.Tokens;
        CheckTokens(shape.Tokens);
        var (width, heads, dropout) = (shape.Width, shape.Heads, shape.Dropout);
        var hidden = options.FeedForwardWidth ?? 4 * width;
        AlongSegments = new EncoderBlock(
            new MultiHeadAttention(width, heads, options.Attention, dropout), Wiring(shape),
            new PositionwiseFeedForward(width, hidden, Activations.Named("gelu")), Wiring(shape));
        AcrossVariates = new RouterAttention(_segments, options.Routers, width, heads, dropout);
        AcrossVariatesWiring = Wiring(shape);
        FeedForward = new PositionwiseFeedForward(width, hidden, Activations.Named("gelu"));
        FeedForwardWiring = Wiring(shape);
    }

    private EncoderBlock AlongSegments { get; }

    private RouterAttention AcrossVariates { get; }

    private PostNorm AcrossVariatesWiring { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private PostNorm FeedForwardWiring { get; }

    /// <summary>The layer on tokens whose axes are apart, the variates outermost: the order in which neither stage has to copy.</summary>
    /// <param name="grid">(variates, batch, segments, width).</param>
    /// <returns>The same shape.</returns>
    internal Tensor CallGrid(Tensor grid)
    {
        using var scope = new TensorScope(this);
        var (variates, batch, width) = (grid.Size(0), grid.Size(1), grid.Size(3));
        var tokens = AlongSegments.Call(grid.Reshape([variates * batch, _segments, width])).View([variates, batch * _segments, width]);
        tokens = AcrossVariatesWiring.Call(tokens, x => AcrossVariates.Call(x.Transpose(0, 1)).Transpose(0, 1));
        return scope.Keep(FeedForwardWiring.Call(tokens, FeedForward.Call).View(grid.Shape));
    }

    /// <inheritdoc/>
    /// <exception cref="UserException">There is a mask, or the tokens are not those of whole variates.</exception>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        if (mask is not null)
            throw new UserException("Two-stage attention takes no mask: its routers mix all that they see, so no token can be kept from another.");
        CheckTokens(tokens.Size(1));
        var grid = tokens.View([tokens.Size(0), -1, _segments, tokens.Size(2)]).Transpose(0, 1);
        return CallGrid(grid).Transpose(0, 1).Reshape(tokens.Shape);
    }

    private void CheckTokens(long tokens)
    {
        if (tokens < 1 || tokens % _segments != 0)
            throw new UserException($"Two-stage attention takes variates of {_segments} segments each, found {tokens} tokens.");
    }

    private static PostNorm Wiring(TokenMixerShape shape) => new(new LayerNorm(shape.Width), shape.Dropout);
}
