using Anyformer.Attention;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>A token mixer and a channel mixer, each in its wiring: (batch, tokens, width) to the same.</summary>
public sealed class EncoderBlock(TokenMixer mixer, Wiring mixerWiring, ChannelMixer feedForward, Wiring feedForwardWiring) : Module
{
    internal TokenMixer Mixer { get; } = mixer;

    private Wiring MixerWiring { get; } = mixerWiring;

    private ChannelMixer FeedForward { get; } = feedForward;

    private Wiring FeedForwardWiring { get; } = feedForwardWiring;

    /// <summary>The tokens after both.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixer may see; see <see cref="TokenMixer.Call"/>.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null) =>
        Recomputation.Call(this, [tokens, .. AttentionMask.TensorsOf(mask)], given => Run(given[0]!, mask?.With(given.AsSpan(1))));

    /// <summary>The tokens after both, made fewer between them.</summary>
    /// <param name="tokens">The tokens, and where they came from.</param>
    /// <param name="reducer">
    /// What makes them fewer. It tells tokens apart by their keys, a mean over the heads, or, where the mixer is no multi-head attention, by what goes into it.
    /// </param>
    /// <exception cref="UserException">The reducer wants tokens counted, and the mixer cannot count them.</exception>
    public ReducedTokens Call(ReducedTokens tokens, TokenReducer reducer)
    {
        using var scope = new TensorScope(this);
        Tensor? metric = null;
        var mixed = MixerWiring.Call(tokens.Tokens, x =>
        {
            var (result, found) = Mix(x, reducer.IsProportional ? tokens.Origins?.Sizes : null);
            // It lives longer than the scope of the wiring.
            metric = found.Alias().OutliveScopes();
            return result;
        });
        using (metric)
            tokens = reducer.IsActive ? reducer.Call(tokens with { Tokens = mixed }, metric!) : tokens with { Tokens = mixed };
        return (tokens with { Tokens = FeedForwardWiring.Call(tokens.Tokens, FeedForward.Call, FeedForward.CallOnto) }).KeptBy(scope);
    }

    private Tensor Run(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        var mixed = MixerWiring.Call(tokens, x => Mixer.Call(x, mask), (residual, x) => Mixer.CallOnto(residual, x, mask));
        Recorder.Record(this, "input", tokens);
        Recorder.Record(this, "mixed", mixed);
        var result = FeedForwardWiring.Call(mixed, FeedForward.Call, FeedForward.CallOnto);
        Recorder.Record(this, "output", result);
        return scope.Keep(result);
    }

    /// <summary>The mixed tokens, and what tells tokens apart.</summary>
    private (Tensor Mixed, Tensor Metric) Mix(Tensor tokens, Tensor? counts)
    {
        if (Mixer is MultiHeadAttention attention)
        {
            var (mixed, keys) = attention.CallWithKeys(tokens, tokens, counts);
            return (mixed, keys.Detach().Mean(1));
        }

        return counts is null
            ? (Mixer.Call(tokens), tokens.Detach())
            : throw new UserException($"{Mixer.GetType().Name} cannot count a token as often as the tokens it stands for; reduce tokens with proportional: false.");
    }
}
