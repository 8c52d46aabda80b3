using Anyformer.Attention;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>A token mixer and a channel mixer, each in its wiring: (batch, tokens, width) to the same.</summary>
public sealed class EncoderBlock(TokenMixer mixer, Wiring mixerWiring, ChannelMixer feedForward, Wiring feedForwardWiring) : Module
{
    private TokenMixer Mixer { get; } = mixer;

    private Wiring MixerWiring { get; } = mixerWiring;

    private ChannelMixer FeedForward { get; } = feedForward;

    private Wiring FeedForwardWiring { get; } = feedForwardWiring;

    /// <summary>The tokens after both.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixer may see; see <see cref="TokenMixer.Call"/>.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        var mixed = MixerWiring.Call(tokens, x => Mixer.Call(x, mask));
        return scope.Keep(FeedForwardWiring.Call(mixed, FeedForward.Call));
    }
}
