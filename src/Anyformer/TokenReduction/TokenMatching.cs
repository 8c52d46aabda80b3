using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>A reducer that merges tokens that are alike into their weighted mean.</summary>
public abstract class TokenMatching : TokenReducer
{
    /// <summary>Which tokens merge into which; no gradient is recorded.</summary>
    /// <param name="metric">(batch, tokens, width).</param>
    protected abstract TokenMatch Match(Tensor metric);

    /// <inheritdoc/>
    protected override ReducedTokens Reduce(ReducedTokens tokens, Tensor metric)
    {
        var match = MatchOf(metric);
        var origins = tokens.Origins ?? TokenOrigins.Of(tokens.Tokens);
        var (merged, sizes) = match.Average(tokens.Tokens, origins.Sizes);
        return new ReducedTokens(merged, origins.Then(sizes, match.Places()));
    }

    /// <summary>Which tokens merge into which.</summary>
    internal TokenMatch MatchOf(Tensor metric)
    {
        using var noGrad = Autograd.NoGrad();
        return Match(metric.Detach());
    }
}
