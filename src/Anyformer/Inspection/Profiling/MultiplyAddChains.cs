using System.Runtime.CompilerServices;
using Anyformer.Kernels.Vectors;

namespace Anyformer.Inspection.Profiling;

/// <summary>Fused multiply-adds as fast as a core can do them: several chains that do not wait for one another, all in registers.</summary>
internal static class MultiplyAddChains
{
    private const int Chains = 12;

    /// <summary>Operations, of each element of a register, that one link of all chains takes.</summary>
    internal const double OperationsOfALink = 2.0 * Chains;

    /// <summary>Twelve chains: more than two units with a latency of four or five cycles need. The sum keeps the compiler from leaving the work out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static float Run<TLanes, TVector>(long links) where TLanes : ILanes<float, TVector> where TVector : struct
    {
        var (x, y) = (TLanes.Create(0.999f), TLanes.Create(0.001f));
        TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var link = 0L; link < links; link++)
        {
            a = TLanes.MultiplyAdd(a, x, y);
            b = TLanes.MultiplyAdd(b, x, y);
            c = TLanes.MultiplyAdd(c, x, y);
            d = TLanes.MultiplyAdd(d, x, y);
            e = TLanes.MultiplyAdd(e, x, y);
            f = TLanes.MultiplyAdd(f, x, y);
            g = TLanes.MultiplyAdd(g, x, y);
            h = TLanes.MultiplyAdd(h, x, y);
            i = TLanes.MultiplyAdd(i, x, y);
            j = TLanes.MultiplyAdd(j, x, y);
            k = TLanes.MultiplyAdd(k, x, y);
            l = TLanes.MultiplyAdd(l, x, y);
        }

        return TLanes.Sum(a) + TLanes.Sum(b) + TLanes.Sum(c) + TLanes.Sum(d) + TLanes.Sum(e) + TLanes.Sum(f)
            + TLanes.Sum(g) + TLanes.Sum(h) + TLanes.Sum(i) + TLanes.Sum(j) + TLanes.Sum(k) + TLanes.Sum(l);
    }
}
