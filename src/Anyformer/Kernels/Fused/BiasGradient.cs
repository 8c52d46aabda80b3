using System.Numerics;
using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>The gradient of what was added to scores. (Batch, head) pairs that share a slice of it go to one thread, in order, so that its sums repeat.</summary>
/// <typeparam name="T">Element.</typeparam>
internal sealed unsafe class BiasGradient<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ScoreTable<T> _gradient;

    /// <summary>Sums to be added to a tensor of zeros.</summary>
    /// <param name="gradient">(batch or 1, heads or 1, queries, keys).</param>
    /// <param name="sizes">The sizes of the attention.</param>
    internal BiasGradient(Tensor gradient, FusedSizes sizes) => _gradient = new ScoreTable<T>(gradient, sizes.Scores);

    /// <summary>The pairs that share a slice, slice by slice; each pair for itself where there is no bias.</summary>
    internal static int[][] Groups(Tensor? bias, FusedSizes sizes)
    {
        var (samples, heads) = bias is null ? (sizes.Samples, sizes.Heads) : ((int)bias.Size(0), (int)bias.Size(1));
        return [.. Enumerable.Range(0, sizes.Pairs).GroupBy(pair => (pair / sizes.Heads % samples, pair % sizes.Heads % heads)).Select(group => group.ToArray())];
    }

    /// <summary>Adds a block.</summary>
    /// <param name="site">Where it lies.</param>
    /// <param name="slopes">The gradients of its scores: a row for every key, <see cref="BlockPlan.Size"/> from row to row.</param>
    internal void Add(BlockSite site, T* slopes)
    {
        for (var query = 0; query < site.Queries; query++)
        {
            var to = _gradient.At(site) + query * _gradient.Query;
            for (var key = 0; key < site.Keys; key++)
                to[key * _gradient.Key] += slopes[key * BlockPlan.Size + query];
        }
    }
}
