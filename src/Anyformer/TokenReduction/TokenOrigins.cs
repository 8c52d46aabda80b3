using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Where fewer tokens came from.</summary>
/// <param name="Sizes">How many of the tokens there were at first each one stands for, (batch, tokens, 1).</param>
/// <param name="Places">Where each of the tokens there were at first is now, (batch, first tokens); -1 for one that was left out.</param>
public sealed record TokenOrigins(Tensor Sizes, Tensor Places)
{
    /// <summary>What tokens have now, given to each of those there were at first; 0 to those left out.</summary>
    /// <param name="values">(batch, tokens, anything).</param>
    /// <returns>(batch, first tokens, anything).</returns>
    public Tensor Spread(Tensor values)
    {
        using var scope = new TensorScope();
        var spread = TokenRows.Gather(values, Places.ClampMin(0));
        return scope.Keep(spread.MaskedFill((Places < 0).Unsqueeze(-1), 0));
    }

    /// <summary>1 where a token holds one of those there were at first, 0 elsewhere, (batch, tokens, first tokens): quadratic, for small models and pictures.</summary>
    public Tensor Sources()
    {
        using var scope = new TensorScope();
        var now = Functional.Arange(Sizes.Size(1), device: Places.Device).View([1, -1, 1]);
        return scope.Keep(Places.Unsqueeze(1).Eq(now).To(Sizes.DType));
    }

    /// <summary>Of tokens that stand for themselves.</summary>
    internal static TokenOrigins Of(Tensor tokens)
    {
        var (batch, count) = (tokens.Size(0), tokens.Size(1));
        return new TokenOrigins(
            Functional.Ones([batch, count, 1], tokens.DType, device: tokens.Device),
            Functional.Arange(count, device: tokens.Device).Expand([batch, -1]));
    }

    /// <summary>After another reduction.</summary>
    /// <param name="sizes">The sizes after it.</param>
    /// <param name="places">Where it put each of the tokens that there were before it, (batch, tokens before).</param>
    internal TokenOrigins Then(Tensor sizes, Tensor places) =>
        new(sizes, Functional.Where(Places < 0, Places, places.Gather(1, Places.ClampMin(0))));
}
