using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>An encoder block of <see cref="Longformer"/>: it differs from others in that its caller says which tokens are global.</summary>
internal sealed class LongformerBlock : Module
{
    /// <summary>A block whose windows have a size.</summary>
    internal LongformerBlock(LongformerOptions options, int window)
    {
        var shape = new TokenMixerShape(options.Positions, options.Width, options.Heads, options.AttentionDropout);
        Attention = new LongformerAttention(shape, new LongformerAttentionOptions { Window = window }, hasGlobalTokens: true);
        AttentionWiring = Wiring(options);
        FeedForward = new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation));
        FeedForwardWiring = Wiring(options);
    }

    private LongformerAttention Attention { get; }

    private PostNorm AttentionWiring { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private PostNorm FeedForwardWiring { get; }

    /// <summary>The tokens after attention and feed-forward part, (batch, tokens, width).</summary>
    internal Tensor Call(Tensor tokens, GlobalTokens? globals, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        var mixed = AttentionWiring.Call(tokens, x => Attention.Call(x, globals, mask));
        return scope.Keep(FeedForwardWiring.Call(mixed, FeedForward.Call));
    }

    private static PostNorm Wiring(LongformerOptions options) => new(new LayerNorm(options.Width, options.NormEpsilon), options.Dropout);
}
