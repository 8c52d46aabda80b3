using Anyformer.Models.Forecasting;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class SeasonalNaiveTests
{
    [Fact]
    public void RepeatsTheLastSeasonExactly() => Property.Holds(Gen.Choose(1, 20).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (lookback, horizon, given, variates) = drawn;
        var season = Math.Min(given, lookback);
        var shape = Forecasts.Shape(lookback, horizon, variates) with { Season = given };
        var past = Tensors.Normal(1, 2, lookback, variates);
        var values = past.Numbers();
        var expected =
            from sample in Enumerable.Range(0, 2)
            from step in Enumerable.Range(0, horizon)
            from variate in Enumerable.Range(0, variates)
            select values[(sample * lookback + lookback - season + step % season) * variates + variate];
        Assert.Equal(expected, new SeasonalNaive(shape, new SeasonalNaiveOptions()).Call(new ForecastInput(past)).Numbers());
    }, runs: 40);

    [Fact]
    public void TheOptionGoesOverTheData()
    {
        var past = Tensor.From([1f, 2, 3, 4]).Reshape([1, 4, 1]);
        var model = new SeasonalNaive(Forecasts.Shape(4, 3, 1), new SeasonalNaiveOptions { Season = 2 });
        Assert.Equal([3.0, 4, 3], model.Call(new ForecastInput(past)).Numbers());
        Assert.Equal((0, true), (model.ParameterCount(), model.TakesAnyVariates));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void ASeasonHasSteps(int season) => Assert.Equal(
        $"The season of seasonal-naive must be at least 1 step, found {season}.",
        Assert.Throws<UserException>(() => new SeasonalNaive(Forecasts.Shape(4, 3, 1), new SeasonalNaiveOptions { Season = season })).Message);
}
