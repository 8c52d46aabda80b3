using Anyformer.Torch;

namespace Anyformer.Attention.OptimalTransport;

/// <summary>
/// How near tokens and references are to each other when both are spread over the same stretch, or the same square: what similarities, and
/// then plans, are multiplied by (Mialon et al., ICLR 2021, arXiv 2006.12065, section 3.4). All are broadcastable to (batch, heads, tokens,
/// references).
/// </summary>
internal static class PositionFilter
{
    /// <summary><c>exp(-((i / tokens - j / references) / sigma)²)</c>.</summary>
    /// <param name="tokens">Where each token lies from 0 up to 1, (..., tokens, 1).</param>
    /// <param name="references">References.</param>
    /// <param name="sigma">The distance at which a factor is 1 / e.</param>
    internal static Tensor Gaussian(Tensor tokens, int references, double sigma) => Near((tokens - Spread(references, tokens)) / sigma);

    /// <summary>1 where a token and a reference are nearer than a distance, 0 where not.</summary>
    internal static Tensor Hard(Tensor tokens, int references, double distance) =>
        (tokens - Spread(references, tokens)).Abs().Lt(distance).To(tokens.DType);

    /// <summary>The product of the Gaussians down and across, for the places of a map, row by row, and references in a square.</summary>
    /// <param name="height">Height of the map.</param>
    /// <param name="width">Width of the map.</param>
    /// <param name="references">References, a square number.</param>
    /// <param name="sigma">The distance at which a factor is 1 / e.</param>
    /// <param name="like">A tensor of the type and on the device that are wanted.</param>
    /// <returns>(height x width, references).</returns>
    internal static Tensor Square(long height, long width, int references, double sigma, Tensor like)
    {
        var side = SideOf(references);
        Tensor Along(long places) => Near((Ends(places, like).Unsqueeze(1) - Ends(side, like)) / sigma);
        var (down, across) = (Along(height).View([height, 1, side, 1]), Along(width).View([1, width, 1, side]));
        return (down * across).Reshape([height * width, references]);
    }

    /// <summary>Where tokens of a sequence lie: i / tokens.</summary>
    /// <param name="real">True where a token is no padding, (batch, 1, tokens, 1); null when all are.</param>
    /// <param name="like">Scores, (batch, heads, tokens, references).</param>
    /// <returns>(batch or 1, 1, tokens, 1); padding has no place of its own.</returns>
    internal static Tensor Places(Tensor? real, Tensor like)
    {
        var before = real is null
            ? Functional.Arange(like.Size(-2), like.DType, device: like.Device).View([1, 1, -1, 1])
            : (real.To(like.DType).CumSum(2) - 1).ClampMin(0);
        return before / TransportPlan.Count(like, real);
    }

    /// <summary>The side of a square of references.</summary>
    /// <exception cref="UserException">They are no square number.</exception>
    internal static int SideOf(int references) => (int)Math.Sqrt(references) is var side && side * side == references
        ? side
        : throw new UserException($"References of an image must be a square number, found {references}.");

    private static Tensor Near(Tensor distances) => (distances.Square() * -1).Exp();

    private static Tensor Spread(int references, Tensor like) => Functional.Arange(references, like.DType, device: like.Device) / references;

    private static Tensor Ends(long places, Tensor like) => Functional.Arange(1, places + 1, 1, like.DType, device: like.Device) / places;
}
