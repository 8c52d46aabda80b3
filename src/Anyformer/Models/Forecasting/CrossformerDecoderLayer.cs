using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// One layer of <see cref="Crossformer"/>'s decoder: the segments of the horizon see each other in two stages, then each variate asks its own
/// segments of one scale of the history, and forecasts.
/// </summary>
public sealed class CrossformerDecoderLayer : Module
{
    /// <summary>A layer with fresh weights for segments of <paramref name="segmentLength"/> steps.</summary>
    public CrossformerDecoderLayer(TwoStageAttention selfAttention, int width, int heads, int segmentLength, double dropout)
    {
        SelfAttention = selfAttention;
        CrossAttention = new MultiHeadAttention(width, heads, new SoftmaxAttention(dropout));
        CrossAttentionWiring = new PostNorm(new LayerNorm(width), dropout);
        FeedForward = new PositionwiseFeedForward(width, width, Activations.Named("gelu"));
        FeedForwardWiring = new PostNorm(new LayerNorm(width));
        Head = new Linear(width, segmentLength);
    }

    private TwoStageAttention SelfAttention { get; }

    private MultiHeadAttention CrossAttention { get; }

    private PostNorm CrossAttentionWiring { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private PostNorm FeedForwardWiring { get; }

    private Linear Head { get; }

    /// <summary>The segments of the horizon after this layer, and what it forecasts.</summary>
    /// <param name="grid">The segments of the horizon, (variates, batch, segments, width).</param>
    /// <param name="scale">The segments of the history on this layer's scale, (variates, batch, segments, width).</param>
    /// <returns>The same shape as the grid, and (variates · batch, segments, segment length).</returns>
    public (Tensor Grid, Tensor Forecast) Call(Tensor grid, Tensor scale)
    {
        using var scope = new TensorScope();
        var tokens = SelfAttention.CallGrid(grid).Flatten(0, 1);
        tokens = CrossAttentionWiring.Call(tokens, x => CrossAttention.Call(x, scale.Flatten(0, 1), mask: null));
        tokens = FeedForwardWiring.Call(tokens, FeedForward.Call);
        return scope.Keep((tokens.View(grid.Shape), Head.Call(tokens)));
    }
}
