using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;

namespace Anyformer.Tests.Kernels.Vectors;

public sealed unsafe class PowersOfTwoTests
{
    [Fact]
    public void AreRightToTheRounding()
    {
        Check<float, Vector512<float>, Lanes512<float>>(1e-7);
        Check<float, Vector256<float>, Lanes256<float>>(1e-7);
        Check<float, Vector128<float>, Lanes128<float>>(1e-7);
        Check<double, Vector512<double>, Lanes512<double>>(1e-15);
        Check<double, Vector256<double>, Lanes256<double>>(1e-15);
        Check<double, Vector128<double>, Lanes128<double>>(1e-15);
    }

    [Fact]
    public void WhatIsTooSmallIsZero()
    {
        Assert.Equal(0, Of<float, Vector256<float>, Lanes256<float>>(float.NegativeInfinity));
        Assert.Equal(0, Of<float, Vector256<float>, Lanes256<float>>(-127));
        Assert.Equal(0, Of<double, Vector256<double>, Lanes256<double>>(-1023));
    }

    private static void Check<T, TVector, TLanes>(double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
    {
        for (var x = -30.0; x <= 8; x += 0.0137)
        {
            var rounded = double.CreateTruncating(T.CreateTruncating(x));
            var expected = Math.Pow(2, rounded);
            Assert.InRange(double.CreateTruncating(Of<T, TVector, TLanes>(T.CreateTruncating(x))), expected * (1 - tolerance), expected * (1 + tolerance));
        }
    }

    private static T Of<T, TVector, TLanes>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
    {
        var powers = stackalloc T[TLanes.Count];
        TLanes.Store(PowersOfTwo<T, TVector, TLanes>.Of(TLanes.Create(x)), powers);
        return powers[TLanes.Count - 1];
    }
}
