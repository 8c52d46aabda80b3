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
    public void OfMinusInfinityIsZero()
    {
        Edges<float, Vector512<float>, Lanes512<float>>(1e-37);
        Edges<float, Vector256<float>, Lanes256<float>>(1e-37);
        Edges<float, Vector128<float>, Lanes128<float>>(1e-37);
        Edges<double, Vector512<double>, Lanes512<double>>(1e-307);
        Edges<double, Vector256<double>, Lanes256<double>>(1e-307);
        Edges<double, Vector128<double>, Lanes128<double>>(1e-307);
    }

    private static void Edges<T, TVector, TLanes>(double tiny)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
    {
        Assert.Equal(T.Zero, Of<T, TVector, TLanes>(T.NegativeInfinity));
        Assert.Equal(T.One, Of<T, TVector, TLanes>(T.Zero));
        Assert.True(T.IsNaN(Of<T, TVector, TLanes>(T.NaN)));
        Assert.Equal(T.Zero, Of<T, TVector, TLanes>(T.CreateTruncating(-1e30)));
        for (var power = -1100; power < -120; power++)
        {
            var expected = double.CreateTruncating(T.CreateTruncating(Math.Pow(2, power)));
            Assert.InRange(double.CreateTruncating(Of<T, TVector, TLanes>(T.CreateTruncating(power))), expected < tiny ? 0 : expected, expected);
        }
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
