using Anyformer.Models.Forecasting.Pathways;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting.Pathways;

public sealed class SeasonTrendTests
{
    [Theory]
    [InlineData(24)]
    [InlineData(25)]
    public void TheSeasonIsTheThreeStrongestFrequencies(int steps)
    {
        using var scope = new TensorScope();
        double Wave(int frequency, double amplitude, double phase, int t) => amplitude * Math.Cos(2 * Math.PI * frequency * t / steps + phase);
        double[] Sum(params (int Frequency, double Amplitude, double Phase)[] waves) =>
            [.. Enumerable.Range(0, steps).Select(t => waves.Sum(wave => Wave(wave.Frequency, wave.Amplitude, wave.Phase, t)))];

        var kept = new[] { (2, 3.0, 0.3), (5, 1.5, -1.0), (11, 2.0, 2.0) };
        var series = Sum([.. kept, (1, 1.0, 0.5), (7, 1.4, 0)]).Select((value, t) => value + 10 + 0.5 * (steps % 2 == 0 ? 1 - 2 * (t % 2) : 0)).ToArray();
        Tensors.AssertClose(Sum(kept), SeasonTrend.Season(Tensor.From<double>(series, [1, 1, steps])), 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ASeriesTooShortToSwingHasNoSeason(int steps)
    {
        using var scope = new TensorScope();
        Assert.All(SeasonTrend.Season(Tensors.Normal(1, 2, 3, steps)).Numbers(), value => Assert.Equal(0, value, 1e-6));
    }

    [Fact]
    public void AShortSeriesIsItsSeasonAndItsMean()
    {
        using var scope = new TensorScope();
        var series = Tensors.Normal64(1, 2, 3, 7);
        Tensors.AssertClose(series - series.Mean([2], keepdim: true), SeasonTrend.Season(series), 1e-9);
    }

    [Fact]
    public void TheTrendMixesMovingAverages() => Property.Holds(Gen.Choose(1, 30).Zip(Gen.Choose(1, 4)), drawn =>
    {
        using var scope = new TensorScope();
        var (steps, variates) = drawn;
        var part = new SeasonTrend();
        part.To(DType.Float64);
        var series = Tensors.Normal64(steps, 1, variates, steps);
        var (values, state) = (series.Numbers(), part.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers()));
        var expected =
            from variate in Enumerable.Range(0, variates)
            from t in Enumerable.Range(0, steps)
            let row = values.AsSpan(variate * steps, steps).ToArray()
            let weights = Enumerable.Range(0, 3).Select(i => Math.Exp(state["trend_weights.weight"][i] * row[t] + state["trend_weights.bias"][i])).ToArray()
            select Enumerable.Range(0, 3).Sum(i => weights[i] / weights.Sum() * Average(row, t, 4 * (i + 1)));
        Tensors.AssertClose([.. expected], part.Trend(series), 1e-9);
    }, runs: 30);

    [Fact]
    public void BothAreAddedToTheSeries()
    {
        using var scope = new TensorScope();
        var (part, series) = (new SeasonTrend(), Tensors.Normal(1, 2, 3, 20));
        Tensors.AssertClose(series + SeasonTrend.Season(series) + part.Trend(series), part.Call(series), 1e-6);
    }

    /// <summary>Over a window that reaches half its length back and one step less ahead, the ends repeated.</summary>
    private static double Average(double[] values, int t, int window) =>
        Enumerable.Range(t - window / 2, window).Average(i => values[Math.Clamp(i, 0, values.Length - 1)]);
}
