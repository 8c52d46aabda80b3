using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anyformer.Kernels.Vectors;

/// <summary>How numbers hold their exponents, for processors that have no instruction to add to those.</summary>
/// <typeparam name="T">Number: <see cref="float"/> or <see cref="double"/>.</typeparam>
internal static class Exponents<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bits below the exponent.</summary>
    internal static int MantissaBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 23 : 52;
    }

    /// <summary>Added to an integer, it leaves that in the lowest bits: 1.5 times two to the bits of the mantissa.</summary>
    internal static T Shift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.CreateTruncating(typeof(T) == typeof(float) ? 12582912 : 6755399441055744.0);
    }

    /// <summary>The lowest exponent of a normal number.</summary>
    internal static T Lowest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.CreateTruncating(typeof(T) == typeof(float) ? -126 : -1022);
    }
}
