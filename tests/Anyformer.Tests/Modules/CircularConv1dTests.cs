using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Modules;

public sealed class CircularConv1dTests
{
    [Fact]
    public void TheLastStepIsFollowedByTheFirst() => Property.Holds(Gen.Choose(1, 6).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (steps, inputs, outputs, half) = drawn;
        var kernel = 2 * half - 1;
        var layer = new CircularConv1d(inputs, outputs, kernel);
        var series = Tensors.Normal(1, 2, steps, inputs);
        var (values, weights, bias) = (series.Numbers(), layer.Weight.Numbers(), layer.Bias!.Numbers());
        var expected =
            from sample in Enumerable.Range(0, 2)
            from step in Enumerable.Range(0, steps)
            from output in Enumerable.Range(0, outputs)
            select bias[output] + (
                from i in Enumerable.Range(0, kernel)
                let neighbour = ((step + i - half + 1) % steps + steps) % steps
                from input in Enumerable.Range(0, inputs)
                select weights[(output * inputs + input) * kernel + i] * values[(sample * steps + neighbour) * inputs + input]).Sum();
        Tensors.AssertClose([.. expected], layer.Call(series));
    }, runs: 30);

    [Fact]
    public void ItIsAConvolutionOfTheSeriesWithItsEndsAround()
    {
        using var scope = new TensorScope();
        var (circular, plain) = (new CircularConv1d(3, 4, bias: false), new Conv1d(3, 4, kernel: 3, bias: false));
        plain.Load(circular.StateDict());
        var series = Tensors.Normal(1, 2, 7, 3);
        var around = Functional.Cat([series[.., 6..], series, series[.., ..1]], 1);
        Tensors.AssertClose(plain.Call(around.Transpose(1, 2)).Transpose(1, 2), circular.Call(series), 1e-6);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var layer = new CircularConv1d(3, 2, kernel: 5);
        layer.To(DType.Float64);
        var series = Tensors.Normal64(1, 2, 4, 3);
        series.RequiresGrad = true;
        FiniteDifferences.AssertGradients([series, .. layer.Parameters()], () => layer.Call(series).Square().Sum());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void AKernelHasAMiddle(int kernel) => Assert.Equal(
        $"The kernel of a circular convolution must be an odd number of steps, found {kernel}.",
        Assert.Throws<UserException>(() => new CircularConv1d(1, 1, kernel)).Message);
}
