using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>The sizes of an attention.</summary>
/// <param name="Samples">Samples.</param>
/// <param name="Heads">Heads of each.</param>
/// <param name="Queries">Queries of a head.</param>
/// <param name="Keys">Keys of a head.</param>
/// <param name="Width">Width of queries and keys.</param>
/// <param name="ValueWidth">Width of values.</param>
internal readonly record struct FusedSizes(int Samples, int Heads, int Queries, int Keys, int Width, int ValueWidth)
{
    /// <summary>(batch, head) pairs.</summary>
    internal int Pairs => Samples * Heads;

    /// <summary>Blocks of queries of a head.</summary>
    internal int QueryBlocks => BlockPlan.Count(Queries);

    /// <summary>Blocks of keys of a head.</summary>
    internal int KeyBlocks => BlockPlan.Count(Keys);

    /// <summary>Queries of a head, rounded up to whole blocks.</summary>
    internal int PaddedQueries => QueryBlocks * BlockPlan.Size;

    /// <summary>Keys of a head, rounded up to whole blocks.</summary>
    internal int PaddedKeys => KeyBlocks * BlockPlan.Size;

    /// <summary>(batch, heads, queries, keys).</summary>
    internal long[] Scores => [Samples, Heads, Queries, Keys];

    /// <summary>The sizes of tensors (batch, heads, tokens, width).</summary>
    internal static FusedSizes Of(Tensor queries, Tensor keys, Tensor values) => new((int)queries.Size(0), (int)queries.Size(1), (int)queries.Size(2),
        (int)keys.Size(2), (int)queries.Size(3), (int)values.Size(3));

    /// <summary>A block of scores of a pair.</summary>
    internal BlockSite Site(int pair, int queryBlock, int keyBlock) => new(pair / Heads, pair % Heads,
        queryBlock * BlockPlan.Size, Math.Min(BlockPlan.Size, Queries - queryBlock * BlockPlan.Size),
        keyBlock * BlockPlan.Size, Math.Min(BlockPlan.Size, Keys - keyBlock * BlockPlan.Size));
}
