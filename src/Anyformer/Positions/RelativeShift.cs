using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>From scores by distance to scores by key (Dai et al., ACL 2019, arXiv 1901.02860, appendix B; Huang et al., ICLR 2019, "skewing").</summary>
internal static class RelativeShift
{
    /// <summary>
    /// Moves row i, of n queries, to the left by n - 1 - i: (..., n, distances) to (..., n, keys), where the last query's row begins with its distance
    /// to the first key. Where a row ends before the keys do, what follows has no meaning.
    /// </summary>
    internal static Tensor Call(Tensor scores, long keys)
    {
        var (queries, distances) = (scores.Size(-2), scores.Size(-1));
        // With a column more, read as rows of one number less each: every row slips by one against that above it.
        var slipped = scores.ConstantPadNd([1, 0]).Flatten(-2).Narrow(-1, queries, queries * distances);
        return slipped.Unflatten(-1, [queries, distances]).Narrow(-1, 0, keys);
    }
}
