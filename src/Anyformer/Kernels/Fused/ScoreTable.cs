using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>A number for every pair of a query and a key, by address; samples, heads or tokens may share them.</summary>
/// <typeparam name="T">Element.</typeparam>
internal readonly unsafe struct ScoreTable<T> where T : unmanaged
{
    private readonly T* _start;
    private readonly long _batch;
    private readonly long _head;

    /// <summary>A table.</summary>
    /// <param name="table">Broadcastable to <paramref name="shape"/>.</param>
    /// <param name="shape">(batch, heads, queries, keys).</param>
    internal ScoreTable(Tensor table, long[] shape)
    {
        var expanded = table.Expand(shape);
        var strides = expanded.Strides;
        _start = (T*)expanded.DataPointer;
        (_batch, _head, Query, Key) = (strides[0], strides[1], strides[2], strides[3]);
    }

    /// <summary>Elements from a query to the next.</summary>
    internal long Query { get; }

    /// <summary>Elements from a key to the next.</summary>
    internal long Key { get; }

    /// <summary>The element of a pair.</summary>
    internal T* At(BlockSite site) => _start + site.Sample * _batch + site.Head * _head + site.FirstQuery * Query + site.FirstKey * Key;
}
