using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting.Intervals;

public sealed class ConformalIntervalsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ForecastData _data;
    private readonly SeasonalNaive _naive;

    public ConformalIntervalsTests()
    {
        _data = WaveTable.Load(WaveTable.Write(_folder));
        _naive = new SeasonalNaive(_data.Shape, new SeasonalNaiveOptions());
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void MarginsAreTheRankedScoresOfTheCalibrationWindows(double coverage)
    {
        var validation = Evaluator(_data.Validation);
        var intervals = ConformalIntervals.Calibrate(_naive, validation, coverage);
        var band = validation.Band(_naive, [0], coverage);
        var widened = intervals.Widen(band);
        foreach (var cell in new[] { 0, 7, 17 })
        {
            var scores = validation.Bands(_naive, coverage, _data.Validation.Count)
                .SelectMany(batch => Scores(batch.Band, batch.Truth, cell)).Order().ToArray();
            var expected = scores[(int)Math.Ceiling((scores.Length + 1) * coverage) - 1] * band.Difficulty[cell % 3];
            Assert.Equal(expected, widened.Upper[cell] - band.Point[cell], 1e-5);
            Assert.Equal(expected, band.Point[cell] - widened.Lower[cell], 1e-5);
        }
    }

    [Fact]
    public void TheCalibrationWindowsThemselvesAreCovered()
    {
        var validation = Evaluator(_data.Validation);
        var scores = ConformalIntervals.Calibrate(_naive, validation, 0.8).Measure(_naive, validation);
        Assert.InRange(scores.Coverage, 0.8, 0.85);
        Assert.True(scores.Score > scores.Width && scores.Width > 0);
    }

    [Fact]
    public void DifficultyIsTheErrorOfTheLastSeason()
    {
        using var scope = new TensorScope();
        var past = Tensors.Normal(3, 2, 10, 3);
        var numbers = past.Numbers();
        var band = ForecastBand.Of(new SeasonalNaive(Forecasts(10), new SeasonalNaiveOptions()), new ForecastInput(past), 4, 0.9);
        var expected = Enumerable.Range(0, 6).Select(i =>
            Enumerable.Range(4, 6).Average(t => Math.Abs(At(i, t) - At(i, t - 4))) + 0.1);
        Assert.Equal(expected, band.Difficulty.Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-5);
        double At(int series, int t) => numbers[(series / 3 * 10 + t) * 3 + series % 3];
    }

    [Theory]
    [InlineData(24)]
    [InlineData(1)]
    public void AHistoryShorterThanASeasonWillDo(int lookback)
    {
        using var scope = new TensorScope();
        var model = new SeasonalNaive(Forecasts(lookback), new SeasonalNaiveOptions());
        var band = ForecastBand.Of(model, new ForecastInput(Tensors.Normal(3, 2, lookback, 3)), 168, 0.9);
        Assert.All(band.Difficulty, value => Assert.True(value > 0 && float.IsFinite(value)));
    }

    [Fact]
    public void QuantilesThatCoverTooMuchAreNarrowed()
    {
        var wide = new QuantileForecaster(_naive, _data.Shape, [0.05, 0.95]);
        var validation = Evaluator(_data.Validation);
        var band = validation.Band(wide, [3], 0.9);
        var intervals = ConformalIntervals.Calibrate(wide, validation, 0.9);
        var widened = intervals.Widen(band);
        Assert.All(Enumerable.Range(0, 18), cell =>
        {
            Assert.True(widened.Upper[cell] - widened.Lower[cell] < band.Upper[cell] - band.Lower[cell]);
            Assert.InRange(band.Point[cell], widened.Lower[cell], widened.Upper[cell]);
        });
        Assert.InRange(intervals.Measure(wide, validation).Coverage, 0.9, 0.95);
    }

    [Fact]
    public void IntervalsAreReadAsTheyWereWritten()
    {
        var validation = Evaluator(_data.Validation);
        var intervals = ConformalIntervals.Calibrate(_naive, validation, 0.9);
        intervals.Save(_folder["i.safetensors"]);
        var read = ConformalIntervals.Load(_folder["i.safetensors"], _data.Shape);
        Assert.Equal(0.9, read.Coverage);
        Assert.Equal(intervals.Measure(_naive, validation), read.Measure(_naive, validation));
        Assert.Equal($"The file {_folder["i.safetensors"]} holds no prediction intervals for 7 steps of 3 variates.",
            Assert.Throws<UserException>(() => ConformalIntervals.Load(_folder["i.safetensors"], _data.Shape with { Horizon = 7 })).Message);
    }

    private static IEnumerable<double> Scores(ForecastBand band, float[] truth, int cell)
    {
        for (var window = 0; window < truth.Length / 18; window++)
            yield return Math.Abs(truth[window * 18 + cell] - band.Point[window * 18 + cell]) / band.Difficulty[window * 3 + cell % 3];
    }

    private static ForecastShape Forecasts(int lookback) => new(lookback, 6, 0, 3, 0, 4, false);

    private ForecastEvaluator Evaluator(Anyformer.Data.TimeSeries.ForecastingWindows windows) => new(_data, windows, 16, Device.Cpu);
}
