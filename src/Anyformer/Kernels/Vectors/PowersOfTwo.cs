using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anyformer.Kernels.Vectors;

/// <summary>Powers of two of whole registers: exponentials whose scale is in the argument already.</summary>
internal static class PowersOfTwo<T, TVector, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>
    /// Two to the power of numbers that are at most 100, to within 1e-7 relative (1e-15 in double precision); 0 for minus infinity. Powers that are no normal
    /// numbers may be 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Of(TVector x)
    {
        // x = n + r with r of at most a half; of minus infinity r is no number, which a scale of 0 makes 0.
        var n = TLanes.Round(x);
        var r = TLanes.Subtract(x, n);
        return TLanes.Scale(typeof(T) == typeof(float) ? Single(r) : Double(r), n);
    }

    /// <summary>A polynomial fitted to 2^r between -1/2 and 1/2, exact at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Single(TVector r)
    {
        var p = Every(1.5353362021507669e-4);
        p = TLanes.MultiplyAdd(p, r, Every(1.3398874650577854e-3));
        p = TLanes.MultiplyAdd(p, r, Every(9.6184373591573884e-3));
        p = TLanes.MultiplyAdd(p, r, Every(5.5503324705356086e-2));
        p = TLanes.MultiplyAdd(p, r, Every(2.4022647913600281e-1));
        p = TLanes.MultiplyAdd(p, r, Every(6.9314720285533704e-1));
        return TLanes.MultiplyAdd(p, r, Every(1));
    }

    /// <summary>The series of 2^r, until its terms are below the rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Double(TVector r)
    {
        var p = Every(1.3691488853904130e-12);
        p = TLanes.MultiplyAdd(p, r, Every(2.5678435993488206e-11));
        p = TLanes.MultiplyAdd(p, r, Every(4.4455382718708116e-10));
        p = TLanes.MultiplyAdd(p, r, Every(7.0549116208011234e-9));
        p = TLanes.MultiplyAdd(p, r, Every(1.0178086009239699e-7));
        p = TLanes.MultiplyAdd(p, r, Every(1.3215486790144310e-6));
        p = TLanes.MultiplyAdd(p, r, Every(1.5252733804059841e-5));
        p = TLanes.MultiplyAdd(p, r, Every(1.5403530393381610e-4));
        p = TLanes.MultiplyAdd(p, r, Every(1.3333558146428443e-3));
        p = TLanes.MultiplyAdd(p, r, Every(9.6181291076284772e-3));
        p = TLanes.MultiplyAdd(p, r, Every(5.5504108664821580e-2));
        p = TLanes.MultiplyAdd(p, r, Every(2.4022650695910072e-1));
        p = TLanes.MultiplyAdd(p, r, Every(6.9314718055994531e-1));
        return TLanes.MultiplyAdd(p, r, Every(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Every(double number) => TLanes.Create(T.CreateTruncating(number));
}
