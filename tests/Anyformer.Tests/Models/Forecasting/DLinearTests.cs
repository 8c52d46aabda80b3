using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class DLinearTests
{
    [Theory]
    [InlineData(336, 96, false, 64_704)]
    [InlineData(96, 96, false, 18_624)]
    [InlineData(96, 96, true, 7 * 18_624)]
    public void TheSizesArePublished(int lookback, int horizon, bool individual, long parameters) =>
        Assert.Equal(parameters, new DLinear(Forecasts.Shape(lookback, horizon, 7),
            new DLinearOptions { Individual = individual }).ParameterCount());

    [Fact]
    public void MapsTheMovingAverageAndTheRest()
    {
        using var scope = new TensorScope();
        const int lookback = 30, horizon = 4;
        var model = new DLinear(Forecasts.Shape(lookback, horizon, 2), new DLinearOptions());
        var past = Tensors.Normal(1, 1, lookback, 2);
        var state = model.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers());
        var series = past.Numbers();
        var expected =
            from step in Enumerable.Range(0, horizon)
            from variate in Enumerable.Range(0, 2)
            let values = Enumerable.Range(0, lookback).Select(t => series[t * 2 + variate]).ToArray()
            select state["seasonal.bias"][step] + state["trend.bias"][step] + Enumerable.Range(0, lookback).Sum(t =>
                state["trend.weight"][step * lookback + t] * Average(values, t)
                + state["seasonal.weight"][step * lookback + t] * (values[t] - Average(values, t)));
        Tensors.AssertClose([.. expected], model.Call(new ForecastInput(past)));
    }

    [Fact]
    public void IndividualMapsOfEqualWeightsAreTheSharedOne()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(13, 5, 3);
        var (shared, individual) = (new DLinear(shape, new DLinearOptions()), new DLinear(shape, new DLinearOptions { Individual = true }));
        individual.Load(shared.StateDict().ToDictionary(item => item.Key, item => Functional.Stack([item.Value, item.Value, item.Value])));
        var input = Forecasts.Draw(shape, 2);
        Tensors.AssertClose(shared.Call(input), individual.Call(input), 1e-5);
    }

    [Fact]
    public void IndividualMapsSeeOneVariateEach()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(13, 5, 3);
        var model = new DLinear(shape, new DLinearOptions { Individual = true });
        var past = Tensors.Normal(1, 2, 13, 3);
        var before = model.Call(new ForecastInput(past));
        past[.., .., 1] = Tensor.From(9f);
        var after = model.Call(new ForecastInput(past));
        Tensors.AssertSame(before[.., .., 0], after[.., .., 0]);
        Tensors.AssertSame(before[.., .., 2], after[.., .., 2]);
        Assert.NotEqual(before[.., .., 1].Numbers(), after[.., .., 1].Numbers());
    }

    [Fact]
    public void OnlySharedMapsAreFreeInTheVariates()
    {
        var shape = Forecasts.Shape(13, 5, 3);
        Assert.True(new DLinear(shape, new DLinearOptions()).TakesAnyVariates);
        Assert.False(new DLinear(shape, new DLinearOptions { Individual = true }).TakesAnyVariates);
    }

    /// <summary>Of the 25 steps around one, the ends repeated.</summary>
    private static double Average(double[] values, int center) =>
        Enumerable.Range(center - 12, 25).Average(t => values[Math.Clamp(t, 0, values.Length - 1)]);
}
