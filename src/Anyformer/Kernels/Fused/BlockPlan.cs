namespace Anyformer.Kernels.Fused;

/// <summary>Which blocks of keys a block of queries meets, and the other way round; a block is <see cref="Size"/> tokens.</summary>
internal abstract class BlockPlan
{
    /// <summary>Tokens of a block.</summary>
    internal const int Size = 64;

    /// <summary>The blocks of keys that a block of queries meets, in order.</summary>
    internal abstract ReadOnlySpan<BlockVisit> KeyBlocks(int head, int queryBlock);

    /// <summary>The blocks of queries that a block of keys meets, in order.</summary>
    internal abstract ReadOnlySpan<BlockVisit> QueryBlocks(int head, int keyBlock);

    /// <summary>Blocks that so many tokens fill.</summary>
    internal static int Count(long tokens) => (int)((tokens + Size - 1) / Size);
}
