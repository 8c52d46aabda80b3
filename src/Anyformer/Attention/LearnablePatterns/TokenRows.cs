using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// Tokens picked and put back by position. As rows of a table they move whole, forth and back, which is several times faster than element by element.
/// </summary>
internal static class TokenRows
{
    /// <summary>The tokens at positions.</summary>
    /// <param name="tokens">(batch, heads, tokens, width).</param>
    /// <param name="positions">(batch, heads, ...).</param>
    /// <returns>(batch, heads, ..., width).</returns>
    internal static Tensor Gather(Tensor tokens, Tensor positions) =>
        Functional.Embedding(tokens.Flatten(0, 2), Rows(positions, tokens.Size(2)));

    /// <summary>At every position the sum of the tokens that belong there.</summary>
    /// <param name="tokens">(batch, heads, ..., width).</param>
    /// <param name="positions">(batch, heads, ...).</param>
    /// <param name="count">Positions.</param>
    /// <returns>(batch, heads, count, width).</returns>
    internal static Tensor Sum(Tensor tokens, Tensor positions, long count)
    {
        var (batch, heads) = (positions.Size(0), positions.Size(1));
        return Functional.EmbeddingDenseBackward(tokens, Rows(positions, count), batch * heads * count, -1, false)
            .View([batch, heads, count, tokens.Size(-1)]);
    }

    /// <summary>Positions as rows of all heads' tokens, one head after the other.</summary>
    private static Tensor Rows(Tensor positions, long count)
    {
        var (batch, heads) = (positions.Size(0), positions.Size(1));
        var begins = Functional.Arange(0, batch * heads * count, count, device: positions.Device);
        return positions + begins.View([batch, heads, .. Enumerable.Repeat(1L, positions.Dimensions - 2)]);
    }
}
