using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>The tokens of each sample that see all others and are seen by all.</summary>
/// <param name="IsGlobal">True at those tokens, (batch, tokens).</param>
/// <param name="Positions">Where they are, (batch, slots): all different; a sample with fewer of them fills its last slots with other tokens.</param>
internal sealed record GlobalTokens(Tensor IsGlobal, Tensor Positions)
{
    /// <summary>True at the slots that hold a global token, (batch, slots).</summary>
    internal Tensor Exist { get; } = IsGlobal.Gather(1, Positions);

    /// <summary>The global tokens of a mask; null when no sample has any.</summary>
    /// <param name="isGlobal">(batch, tokens).</param>
    internal static GlobalTokens? Of(Tensor isGlobal)
    {
        var slots = isGlobal.Sum([1]).Max().Item<long>();
        if (slots == 0)
            return null;
        var tokens = isGlobal.Size(1);
        // Global tokens first, then the others, each in their order.
        var order = isGlobal.To(DType.Int64) * tokens - Functional.Arange(tokens, device: isGlobal.Device);
        return new GlobalTokens(isGlobal, order.TopK(slots).Indices);
    }

    /// <summary>The first tokens of every sample, except where they are padding.</summary>
    /// <param name="count">How many; no more than there are tokens.</param>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="real">True where a token is no padding, (batch, tokens); null when none is.</param>
    internal static GlobalTokens First(long count, Tensor tokens, Tensor? real)
    {
        var places = Functional.Arange(tokens.Size(1), device: tokens.Device).Expand([tokens.Size(0), -1]);
        var first = places < count;
        return new GlobalTokens(real is null ? first : first.LogicalAnd(real), places.Narrow(1, 0, Math.Min(count, tokens.Size(1))));
    }

    /// <summary>The rows of the slots: (batch, heads, tokens, width) to (batch, heads, slots, width).</summary>
    internal Tensor Rows(Tensor tokens) => tokens.Gather(2, Index(tokens));

    /// <summary>Other rows at the global tokens.</summary>
    /// <param name="tokens">(batch, heads, tokens, width).</param>
    /// <param name="rows">(batch, heads, slots, width).</param>
    internal Tensor Replace(Tensor tokens, Tensor rows)
    {
        var exist = Exist.Unsqueeze(1).Unsqueeze(-1);
        return tokens.Scatter(2, Index(tokens), Functional.Where(exist, rows, Rows(tokens)));
    }

    private Tensor Index(Tensor tokens) => Positions.Unsqueeze(1).Unsqueeze(-1).Expand([-1, tokens.Size(1), -1, tokens.Size(-1)]);
}
