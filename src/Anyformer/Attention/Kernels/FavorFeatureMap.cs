using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Positive random features whose products approximate <c>exp(q·k / sqrt(d))</c>, the scores of a softmax:
/// <c>(exp(w·x - |x|² / 2 - max) + 1e-4) / sqrt(features)</c> for x divided by the fourth root of d and random orthogonal w (FAVOR+, Choromanski et
/// al., ICLR 2021, arXiv 2009.14794, section 2.3). The maximum, which keeps exponentials in range and gets no gradient, is a query's own, and for
/// keys that of all of them.
/// </summary>
/// <remarks>Under a causal mask later keys act on earlier ones, by that maximum, as much as the 1e-4 lets them.</remarks>
[Formula(
    "φ(x) = (exp(W u - |u|² / 2 - m) + 1e-4) / √M, u = x / d^(1/4)",
    Where = "W: random orthogonal directions, (features, d); m: largest of W u, of a query its own, of keys that of all; M: features; "
        + "u: (d)")]
[Method("favor", "FAVOR+ softmax features", Family.Kernels, 2021,
    System = "performer",
    Paper = "Choromanski, Likhosherstov, Dohan et al., Rethinking Attention with Performers, ICLR 2021, arXiv 2009.14794",
    Complexity = "O(tokens)")]
public sealed class FavorFeatureMap(AttentionShape shape, ProjectedFeatureMapOptions options) : ProjectedFeatureMap(shape, options)
{
    private const double Floor = 1e-4;

    /// <inheritdoc/>
    public override bool IsPointwise => false;

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries)
    {
        var projected = Project(queries);
        return Exponential(queries, projected, projected.Detach().Amax([-1], keepdim: true));
    }

    /// <inheritdoc/>
    protected override Tensor MapKeys(Tensor keys, AttentionMask? mask)
    {
        var projected = Project(keys);
        var seen = projected.Detach();
        if (mask?.KeyRows is { } real)
            seen = seen.MaskedFill(!real, -1e30);
        return Exponential(keys, projected, seen.Amax([-2, -1], keepdim: true));
    }

    private Tensor Exponential(Tensor tokens, Tensor projected, Tensor largest)
    {
        var half = tokens.Square().Sum([-1], keepdim: true) * (0.5 / Math.Sqrt(tokens.Size(-1)));
        return ((projected - half - largest).Exp() + Floor) * Ratio;
    }
}
