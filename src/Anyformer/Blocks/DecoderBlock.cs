using Anyformer.Attention;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>Self-attention, cross-attention to an encoder's output, and a channel mixer, each in its wiring.</summary>
public sealed class DecoderBlock(
    TokenMixer selfAttention, Wiring selfAttentionWiring,
    CrossMixer crossAttention, Wiring crossAttentionWiring,
    ChannelMixer feedForward, Wiring feedForwardWiring) : Module
{
    internal TokenMixer SelfAttention { get; } = selfAttention;

    private Wiring SelfAttentionWiring { get; } = selfAttentionWiring;

    internal CrossMixer CrossAttention { get; } = crossAttention;

    private Wiring CrossAttentionWiring { get; } = crossAttentionWiring;

    private ChannelMixer FeedForward { get; } = feedForward;

    private Wiring FeedForwardWiring { get; } = feedForwardWiring;

    /// <summary>The tokens after all three.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="context">The encoder's output, (batch, context tokens, width).</param>
    /// <param name="mask">What self-attention may see, a causal mask as a rule.</param>
    /// <param name="contextMask">What cross-attention may see.</param>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask = null, AttentionMask? contextMask = null) =>
        Recomputation.Call(this, [tokens, context, .. AttentionMask.TensorsOf(mask), .. AttentionMask.TensorsOf(contextMask)],
            given => Run(given[0]!, given[1]!, mask?.With(given.AsSpan(2, 3)), contextMask?.With(given.AsSpan(5))));

    private Tensor Run(Tensor tokens, Tensor context, AttentionMask? mask, AttentionMask? contextMask)
    {
        using var scope = new TensorScope(this);
        tokens = SelfAttentionWiring.Call(tokens, x => SelfAttention.Call(x, mask));
        tokens = CrossAttentionWiring.Call(tokens, x => CrossAttention.Call(x, context, contextMask));
        return scope.Keep(FeedForwardWiring.Call(tokens, FeedForward.Call));
    }
}
