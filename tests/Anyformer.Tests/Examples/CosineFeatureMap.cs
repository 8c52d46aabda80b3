using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary><c>[1, x / |x|]</c>: the score of a query and a key is one plus the cosine of the angle between them, from 0 to 2.</summary>
[Formula("φ(x) = [1, x / |x|]")]
[Method("cosine", "Cosine features", Family.Kernels, 2026,
    Paper = "An example: docs/adding-a-mechanism.md",
    Complexity = "O(tokens)")]
public sealed class CosineFeatureMap : FeatureMap
{
    /// <summary>The map; it has no options and takes any shape.</summary>
    public CosineFeatureMap(AttentionShape shape) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries)
    {
        // A token of zeros has no direction, and must not be divided by zero.
        var lengths = queries.LinalgVectorNorm(2, [-1], keepdim: true).ClampMin(1e-6);
        return (queries / lengths).ConstantPadNd([1, 0], 1);
    }
}
