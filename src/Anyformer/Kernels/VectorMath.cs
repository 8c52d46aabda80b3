using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anyformer.Kernels;

/// <summary>Functions of sixteen numbers at once that the runtime lacks, or has only by way of double precision.</summary>
internal static class VectorMath
{
    /// <summary><c>x Φ(x)</c> with the normal distribution Φ (Hendrycks and Gimpel 2016), and its derivative <c>Φ(x) + x φ(x)</c>.</summary>
    /// <remarks>
    /// The distribution's tail below -|x| is <c>exp(-x²/2) t P(t)</c> with <c>t = 1 / (1 + 0.28 |x|)</c>; P is a least-squares fit to within 3e-10
    /// absolute and, down to x = -6, 2e-6 relative.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Gelu(Vector512<float> x, out Vector512<float> slope)
    {
        var bell = ExpOfNegative(x * x * -0.5f);
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(Vector512.Abs(x), Vector512.Create(0.28f), Vector512<float>.One);
        var p = Vector512.Create(0.04089746103806215f);
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(-0.2223841757311138f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.4075234440516627f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(-0.26163950290334276f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.25355165595157325f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.0500563762894218f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.12098984853650804f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.11100489304014233f));
        var tail = bell * t * p;
        var share = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), Vector512<float>.One - tail, tail);
        slope = Vector512.FusedMultiplyAdd(x * bell, Vector512.Create(0.3989422804f), share);
        return x * share;
    }

    /// <summary>The exponential of numbers up to 0, to within 2e-7 relative; below -87, where it leaves the normal range, that of -87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> ExpOfNegative(Vector512<float> x)
    {
        // x = n ln 2 + r: adding 1.5 * 2^23 rounds to n, and leaves it in the lowest bits.
        var magic = Vector512.Create(12582912f);
        x = Vector512.Max(x, Vector512.Create(-87f));
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), magic);
        var n = shifted - magic;
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145752f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.42860677e-6f), r);
        var p = Vector512.Create(1f / 5040);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return p * ((shifted.AsInt32() << 23) + Vector512<float>.One.AsInt32()).AsSingle();
    }
}
