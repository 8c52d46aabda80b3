using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// From what belongs to distances to what belongs to pairs (Dai et al., ACL 2019, arXiv 1901.02860, appendix B; Huang et al., ICLR 2019, "skewing").
/// </summary>
internal static class RelativeShift
{
    /// <summary>Every distance that a pair has, position of the key minus position of the query: (queries + keys - 1), rising by 1.</summary>
    internal static Tensor Distances(long queries, long keys, long first, Device? device) =>
        Functional.Arange(1 - first - queries, keys - first, device: device);

    /// <summary>What belongs to each of <see cref="Distances"/>, for every pair: (..., queries + keys - 1) to (..., queries, keys).</summary>
    internal static Tensor Spread(Tensor line, long keys)
    {
        // Every row is a window of the same line, one step to the left of that above it.
        var rows = line.Unfold(-1, keys, 1);
        return rows.Flip([rows.Dimensions - 2]);
    }

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
