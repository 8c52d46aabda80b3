using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Makes fewer tokens of many inside a layer, between attention and the feed-forward, and remembers where they came from.</summary>
public abstract class TokenReducer : Module
{
    /// <summary>Whether the layer it is built for loses tokens at all.</summary>
    public virtual bool IsActive => true;

    /// <summary>Whether attention is to count a token as often as the tokens it stands for (proportional attention).</summary>
    public virtual bool IsProportional => false;

    /// <summary>The fewer tokens.</summary>
    /// <param name="tokens">The tokens after attention.</param>
    /// <param name="metric">What tokens are told apart by, (batch, tokens, any width); no gradient flows to it.</param>
    public ReducedTokens Call(ReducedTokens tokens, Tensor metric)
    {
        using var scope = new TensorScope(this);
        return Reduce(tokens, metric).KeptBy(scope);
    }

    /// <summary>The fewer tokens.</summary>
    protected abstract ReducedTokens Reduce(ReducedTokens tokens, Tensor metric);
}
