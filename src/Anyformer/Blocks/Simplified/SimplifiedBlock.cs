using Anyformer.Attention;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Simplified;

/// <summary>A block of a token mixer and a channel mixer whose branches and skip connections have gains: (batch, tokens, width) to the same.</summary>
internal abstract class SimplifiedBlock : Module
{
    /// <summary>The tokens after both.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixer may see.</param>
    internal Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Recomputation.Call(this, [tokens, .. AttentionMask.TensorsOf(mask)], given => Forward(given[0]!, mask?.With(given.AsSpan(1)))));
    }

    /// <summary>The tokens after both.</summary>
    protected abstract Tensor Forward(Tensor tokens, AttentionMask? mask);
}

/// <summary>One after the other.</summary>
internal sealed class SequentialBlock(TokenMixer mixer, ScaledSkip mixerWiring, ChannelMixer feedForward, ScaledSkip feedForwardWiring) : SimplifiedBlock
{
    private TokenMixer Mixer { get; } = mixer;

    private ScaledSkip MixerWiring { get; } = mixerWiring;

    private ChannelMixer FeedForward { get; } = feedForward;

    private ScaledSkip FeedForwardWiring { get; } = feedForwardWiring;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) =>
        FeedForwardWiring.Call(MixerWiring.Call(tokens, x => Mixer.Call(x, mask)), FeedForward.Call);
}

/// <summary>
/// Side by side on the same normalised tokens, <c>α mix(norm(x)) + β feed(norm(x)) + γ x</c> (Wang and Komatsuzaki 2021, GPT-J; without the skip connection:
/// He and Hofmann, ICLR 2024, arXiv 2311.01906, section 4.3).
/// </summary>
internal sealed class ParallelBlock : SimplifiedBlock
{
    private readonly bool _skipsNormalized;

    /// <param name="mixer">The token mixer.</param>
    /// <param name="mixerGain">Its gain.</param>
    /// <param name="feedForward">The channel mixer.</param>
    /// <param name="gains">Its gain, and that of the skip connection, which stays as it is.</param>
    /// <param name="norm">The normalisation before both; null for none.</param>
    /// <param name="skipsNormalized">Whether the skip connection takes the normalised tokens.</param>
    internal ParallelBlock(TokenMixer mixer, Gain mixerGain, ChannelMixer feedForward, BranchGains gains, NormalizationLayer? norm, bool skipsNormalized)
    {
        _skipsNormalized = skipsNormalized;
        (Mixer, MixerGain, FeedForward, Norm) = (mixer, mixerGain, feedForward, norm);
        (FeedForwardGain, SkipGain) = (gains.OfBranch(), (gains with { Learned = false }).OfSkip());
    }

    private NormalizationLayer? Norm { get; }

    private TokenMixer Mixer { get; }

    private Gain MixerGain { get; }

    private ChannelMixer FeedForward { get; }

    private Gain FeedForwardGain { get; }

    private Gain? SkipGain { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var normalized = Norm is null ? tokens : Norm.Call(tokens);
        var (mixed, fed) = (Mixer.Call(normalized, mask), FeedForward.Call(normalized));
        var sum = FeedForwardGain.Call(fed) + MixerGain.Call(mixed);
        return SkipGain is null ? sum : sum + SkipGain.Call(_skipsNormalized ? normalized : tokens);
    }
}
