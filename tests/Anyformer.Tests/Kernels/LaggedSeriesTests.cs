using Anyformer.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels;

public sealed class LaggedSeriesTests
{
    [Fact]
    public void AgreesWithALoopAndWithOperators() => Property.Holds(Gen.Choose(1, 17).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, steps, width, count) = drawn;
        var (later, sooner) = (Tensors.Normal(1, batch, steps, width), Tensors.Normal(2, batch, steps, width));
        var weights = Tensors.Normal(3, batch, count);
        var lags = Functional.Arange(batch * count).Mul(5).Remainder(steps).View([batch, count]);
        var (values, others, factors, shifts) = (later.Numbers(), sooner.Numbers(), weights.Numbers(), lags.Numbers());
        double At(int sample, int step, int channel) => values[(sample * steps + step % steps) * width + channel];
        var sums =
            from sample in Enumerable.Range(0, batch)
            from step in Enumerable.Range(0, steps)
            from channel in Enumerable.Range(0, width)
            select Enumerable.Range(sample * count, count).Sum(i => factors[i] * At(sample, step + (int)shifts[i], channel));
        var products =
            from sample in Enumerable.Range(0, batch)
            from lag in Enumerable.Range(sample * count, count)
            select (from step in Enumerable.Range(0, steps)
                    from channel in Enumerable.Range(0, width)
                    select At(sample, step + (int)shifts[lag], channel) * others[(sample * steps + step) * width + channel]).Sum();
        Tensors.AssertClose([.. sums], LaggedSeries.Sum(later, weights, lags), 1e-4);
        Tensors.AssertClose([.. sums], LaggedSeries.ComposeSum(later, weights, lags), 1e-4);
        Tensors.AssertClose([.. products], LaggedSeries.Product(later, sooner, lags), 1e-4);
        Tensors.AssertClose([.. products], LaggedSeries.ComposeProduct(later, sooner, lags), 1e-4);
    }, runs: 30);

    [Fact]
    public void SeriesThatDoNotLieInARowAreTakenToo()
    {
        using var scope = new TensorScope();
        var series = Tensors.Normal(1, 2, 5, 7).Transpose(1, 2);
        var lags = Tensor.From([0L, 6, 3, 2]).View([2, 2]);
        var weights = Tensors.Normal(2, 2, 2).T();
        Tensors.AssertClose(LaggedSeries.ComposeSum(series, weights, lags), LaggedSeries.Sum(series, weights, lags));
        Tensors.AssertClose(LaggedSeries.ComposeProduct(series, series, lags), LaggedSeries.Product(series, series, lags));
    }

    [Fact]
    public void GradientsAreSlopesTwice()
    {
        var lags = Tensor.From([0L, 4, 3, 1, 1, 2]).View([2, 3]);
        var (later, sooner) = (Tensors.Normal64(1, 2, 5, 3), Tensors.Normal64(2, 2, 5, 3));
        GradientCheck.Assert(inputs => LaggedSeries.Sum(inputs[0], inputs[1], lags).Sin(), later, Tensors.Normal64(2, 2, 3));
        GradientCheck.Assert(inputs => LaggedSeries.Product(inputs[0], inputs[1], lags).Sin(), later, sooner);
        GradientCheck.Assert(
            inputs =>
            {
                var sum = LaggedSeries.Sum(inputs[0], LaggedSeries.Product(inputs[0], inputs[1], lags), lags).Square().Sum();
                return Autograd.Grad([sum], [inputs[0]], createGraph: true)[0]!;
            },
            later, sooner);
    }
}
