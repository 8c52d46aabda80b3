using System.Runtime.CompilerServices;
using Anyformer.Kernels.Vectors;

namespace Anyformer.Kernels.Products;

/// <summary>A single row times a panel of two registers' width: what a text that is written token by token needs, at the speed at which memory gives weights.</summary>
internal static unsafe class ThinTile<TVector, TLanes> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    /// <summary><c>c = a B</c>.</summary>
    /// <param name="a">A row of <paramref name="depth"/> elements.</param>
    /// <param name="b"><paramref name="depth"/> rows of two registers' width.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="c">A row of two registers' width.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(float* a, float* b, int depth, float* c)
    {
        // Two sums for each, so that one does not wait for the other.
        TVector even0 = default, even1 = default, odd0 = default, odd1 = default;
        var i = 0;
        for (; i < depth - 1; i += 2, b += 4 * TLanes.Count)
        {
            var (even, odd) = (TLanes.Create(a[i]), TLanes.Create(a[i + 1]));
            even0 = TLanes.MultiplyAdd(even, TLanes.Load(b), even0);
            even1 = TLanes.MultiplyAdd(even, TLanes.Load(b + TLanes.Count), even1);
            odd0 = TLanes.MultiplyAdd(odd, TLanes.Load(b + 2 * TLanes.Count), odd0);
            odd1 = TLanes.MultiplyAdd(odd, TLanes.Load(b + 3 * TLanes.Count), odd1);
        }

        if (i < depth)
        {
            even0 = TLanes.MultiplyAdd(TLanes.Create(a[i]), TLanes.Load(b), even0);
            even1 = TLanes.MultiplyAdd(TLanes.Create(a[i]), TLanes.Load(b + TLanes.Count), even1);
        }

        TLanes.Store(TLanes.Add(even0, odd0), c);
        TLanes.Store(TLanes.Add(even1, odd1), c + TLanes.Count);
    }
}
