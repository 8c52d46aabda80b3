using System.Numerics;

namespace Anyformer.Kernels.Fused;

/// <summary>Dropout of attention weights, the same in the backward pass by the position of a weight.</summary>
/// <param name="random">Where the bits come from.</param>
/// <param name="probability">Of a weight to be dropped.</param>
/// <param name="sizes">The sizes of the attention.</param>
internal sealed unsafe class FusedDropout<T>(CounterRandom random, double probability, FusedSizes sizes) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether there is any.</summary>
    internal bool IsOn => probability > 0;

    /// <summary>Drops weights of a block, in place; nothing when there is no dropout.</summary>
    internal void Drop(int pair, BlockSite site, T* weights)
    {
        if (IsOn)
            for (var key = 0; key < site.Keys; key++)
            {
                var line = new Span<T>(weights + key * BlockPlan.Size, site.Queries);
                random.Drop(line, line, Position(pair, site, key), probability);
            }
    }

    /// <summary>Counted through all scores of the call, queries innermost; beyond four thousand million the numbers come again.</summary>
    private uint Position(int pair, BlockSite site, int key) =>
        (uint)(((long)pair * sizes.Keys + site.FirstKey + key) * sizes.Queries + site.FirstQuery);
}
