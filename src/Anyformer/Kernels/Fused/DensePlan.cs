namespace Anyformer.Kernels.Fused;

/// <summary>Every block of queries meets every block of keys, or, where the mask is causal, those that are not all later.</summary>
internal sealed class DensePlan : BlockPlan
{
    private readonly BlockVisit[] _blocks;
    private readonly int _queryBlocks;
    private readonly int _keyBlocks;
    private readonly long _before;
    private readonly bool _isCausal;

    /// <summary>The plan of some tokens.</summary>
    /// <param name="queries">Queries.</param>
    /// <param name="keys">Keys; under a causal mask the last query stands beside the last key.</param>
    /// <param name="isCausal">Whether no query sees a later key.</param>
    internal DensePlan(int queries, int keys, bool isCausal)
    {
        (_queryBlocks, _keyBlocks, _before, _isCausal) = (Count(queries), Count(keys), keys - queries, isCausal);
        _blocks = new BlockVisit[Math.Max(_queryBlocks, _keyBlocks)];
        for (var block = 0; block < _blocks.Length; block++)
            _blocks[block] = new BlockVisit(block, null);
    }

    /// <inheritdoc/>
    internal override ReadOnlySpan<BlockVisit> KeyBlocks(int head, int queryBlock)
    {
        // The last query of the block, counted as keys are, is the last key that is seen.
        var end = _isCausal ? Math.Clamp(Count((queryBlock + 1L) * Size + _before), 0, _keyBlocks) : _keyBlocks;
        return _blocks.AsSpan(0, end);
    }

    /// <inheritdoc/>
    internal override ReadOnlySpan<BlockVisit> QueryBlocks(int head, int keyBlock)
    {
        var begin = _isCausal ? (int)Math.Clamp(((long)keyBlock * Size - _before) / Size, 0, _queryBlocks) : 0;
        return _blocks.AsSpan(begin, _queryBlocks - begin);
    }
}
