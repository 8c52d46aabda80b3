using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anyformer.Inspection.Profiling;

/// <summary>Fused multiply-adds as fast as a core can do them: several chains that do not wait for one another, all in registers.</summary>
internal static class MultiplyAddChains
{
    private const int Chains = 12;

    /// <summary>Operations, of each element of a vector, that one link of all chains takes.</summary>
    internal const double OperationsOfALink = 2.0 * Chains;

    /// <summary>A vector of one width.</summary>
    internal interface IWide<TVector>
    {
        static abstract TVector Create(float value);

        static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

        static abstract float Sum(TVector vector);
    }

    /// <summary>Twelve chains: more than two units with a latency of four or five cycles need. The sum keeps the compiler from leaving the work out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static float Run<TWide, TVector>(long links) where TWide : IWide<TVector>
    {
        var (x, y) = (TWide.Create(0.999f), TWide.Create(0.001f));
        TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var link = 0L; link < links; link++)
        {
            a = TWide.MultiplyAdd(a, x, y);
            b = TWide.MultiplyAdd(b, x, y);
            c = TWide.MultiplyAdd(c, x, y);
            d = TWide.MultiplyAdd(d, x, y);
            e = TWide.MultiplyAdd(e, x, y);
            f = TWide.MultiplyAdd(f, x, y);
            g = TWide.MultiplyAdd(g, x, y);
            h = TWide.MultiplyAdd(h, x, y);
            i = TWide.MultiplyAdd(i, x, y);
            j = TWide.MultiplyAdd(j, x, y);
            k = TWide.MultiplyAdd(k, x, y);
            l = TWide.MultiplyAdd(l, x, y);
        }

        return TWide.Sum(a) + TWide.Sum(b) + TWide.Sum(c) + TWide.Sum(d) + TWide.Sum(e) + TWide.Sum(f)
            + TWide.Sum(g) + TWide.Sum(h) + TWide.Sum(i) + TWide.Sum(j) + TWide.Sum(k) + TWide.Sum(l);
    }

    internal readonly struct Wide512 : IWide<Vector512<float>>
    {
        public static Vector512<float> Create(float value) => Vector512.Create(value);

        public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
            Vector512.FusedMultiplyAdd(left, right, addend);

        public static float Sum(Vector512<float> vector) => Vector512.Sum(vector);
    }

    internal readonly struct Wide256 : IWide<Vector256<float>>
    {
        public static Vector256<float> Create(float value) => Vector256.Create(value);

        public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
            Vector256.FusedMultiplyAdd(left, right, addend);

        public static float Sum(Vector256<float> vector) => Vector256.Sum(vector);
    }

    internal readonly struct Wide128 : IWide<Vector128<float>>
    {
        public static Vector128<float> Create(float value) => Vector128.Create(value);

        public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
            Vector128.FusedMultiplyAdd(left, right, addend);

        public static float Sum(Vector128<float> vector) => Vector128.Sum(vector);
    }
}
