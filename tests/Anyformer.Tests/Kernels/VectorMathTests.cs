using System.Runtime.Intrinsics;
using Anyformer.Kernels;
using Anyformer.Torch;

namespace Anyformer.Tests.Kernels;

public sealed class VectorMathTests
{
    [Fact]
    public void GeluAndItsSlopeAreLibtorchs()
    {
        using var scope = new TensorScope();
        var x = Functional.Linspace(-12, 12, 4800, DType.Float32);
        var exact = x.To(DType.Float64);
        exact.RequiresGrad = true;
        var expected = exact.Gelu();
        expected.Sum().Backward();
        var (values, slopes) = Each(x, lanes => (VectorMath.Gelu(lanes, out var slope), slope));
        Tensors.AssertClose(expected.Numbers(), values, 3e-7);
        Tensors.AssertClose(exact.Grad!.Numbers(), slopes, 3e-7);
    }

    [Fact]
    public void TheExponentialIsExactToAFewUnitsOfTheLastPlace()
    {
        using var scope = new TensorScope();
        var x = Functional.Linspace(-87, 0, 16_000, DType.Float32);
        var expected = x.To(DType.Float64).Exp();
        var (values, _) = Each(x, lanes => (VectorMath.ExpOfNegative(lanes), lanes));
        Assert.True((values.To(DType.Float64) / expected - 1).Abs().Max().Item<double>() < 3e-7);
    }

    [Theory]
    [InlineData(0f, 1.0)]
    [InlineData(-88f, 1.6e-38)]
    [InlineData(float.NegativeInfinity, 1.6e-38)]
    [InlineData(float.NaN, double.NaN)]
    public void TheExponentialEndsSmoothly(float x, double expected)
    {
        var value = VectorMath.ExpOfNegative(Vector512.Create(x))[15];
        Assert.True(double.IsNaN(expected) ? float.IsNaN(value) : Math.Abs(value - expected) <= 0.1 * expected);
    }

    private static (Tensor Values, Tensor Slopes) Each(Tensor x, Func<Vector512<float>, (Vector512<float>, Vector512<float>)> function)
    {
        var (values, slopes) = (x.EmptyLike(), x.EmptyLike());
        for (var i = 0; i < x.ElementCount; i += Vector512<float>.Count)
        {
            var (value, slope) = function(Vector512.Create<float>(x.AsSpan<float>()[i..]));
            value.CopyTo(values.AsSpan<float>()[i..]);
            slope.CopyTo(slopes.AsSpan<float>()[i..]);
        }

        return (values, slopes);
    }
}
