using Anyformer.Attention.LearnablePatterns;
using Anyformer.Torch;

namespace Anyformer.Attention.Prototypes;

/// <summary>
/// Queries in blocks of equal length, each of one cluster: a cluster's queries fill as many blocks as they need, the last of them in part. There are
/// at most twice as many blocks as clusters, however the queries are spread.
/// </summary>
/// <param name="Slots">Where every query lies among all blocks, (batch, heads, queries).</param>
/// <param name="Clusters">The cluster of every block, (batch, heads, blocks); of blocks that stay empty, any.</param>
/// <param name="Length">Queries of a block.</param>
internal sealed record ClusterBlocks(Tensor Slots, Tensor Clusters, long Length)
{
    /// <summary>The blocks of queries.</summary>
    /// <param name="members">The cluster of every query, (batch, heads, queries).</param>
    /// <param name="clusters">Clusters.</param>
    internal static ClusterBlocks Of(Tensor members, long clusters)
    {
        using var noGrad = Autograd.NoGrad();
        var (shape, device) = (members.Shape, members.Device);
        var length = (shape[2] + clusters - 1) / clusters;
        var counts = members.NewZeros([shape[0], shape[1], clusters]).ScatterAdd(2, members, members.OnesLike());
        var blocks = (counts + (length - 1)).FloorDivide(length);
        var blocksUpTo = blocks.CumSum(2);

        var (sorted, order) = members.Sort(stable: true);
        var rank = Functional.Arange(shape[2], device: device) - (counts.CumSum(2) - counts).Gather(2, sorted);
        var slots = (blocksUpTo - blocks).Gather(2, sorted) * length + rank;
        var most = (shape[2] + length - 1) / length + clusters;
        var numbers = Functional.Arange(most, device: device).Expand([shape[0], shape[1], most]).Contiguous();
        return new ClusterBlocks(
            members.EmptyLike().Scatter(2, order, slots), Functional.SearchSorted(blocksUpTo, numbers, right: true).ClampMax(clusters - 1), length);
    }

    /// <summary>(batch, heads, queries, width) to (batch, heads, blocks, length, width), with zeros where a block is not full.</summary>
    internal Tensor Split(Tensor queries) => TokenRows.Sum(queries, Slots, Clusters.Size(2) * Length).Unflatten(2, [-1, Length]);

    /// <summary>What <see cref="Split"/> split, in the order of the queries again.</summary>
    internal Tensor Join(Tensor blocks) => TokenRows.Gather(blocks.Flatten(2, 3), Slots);
}
