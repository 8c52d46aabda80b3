using Anyformer.Attention.Downsampling;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A layer of <see cref="Funnel"/>: the queries go on, and may be fewer than what they see.</summary>
internal sealed class FunnelLayer : Module
{
    internal FunnelLayer(FunnelOptions options)
    {
        Attention = new FunnelAttention(options.Width, options.Heads, options.HeadWidth, options.AttentionDropout);
        AttentionWiring = new PostNorm(new LayerNorm(options.Width, options.Epsilon), options.Dropout);
        FeedForward = new PositionwiseFeedForward(
            options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.ActivationDropout);
        FeedForwardWiring = new PostNorm(new LayerNorm(options.Width, options.Epsilon), options.Dropout);
    }

    private FunnelAttention Attention { get; }

    private PostNorm AttentionWiring { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private PostNorm FeedForwardWiring { get; }

    internal Tensor Call(Tensor queries, Tensor tokens, FunnelContext context)
    {
        using var scope = new TensorScope(this);
        var mixed = AttentionWiring.Call(queries, x => Attention.Call(x, tokens, context));
        return scope.Keep(FeedForwardWiring.Call(mixed, FeedForward.Call));
    }
}
