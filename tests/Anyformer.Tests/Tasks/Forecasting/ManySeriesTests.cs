using System.Globalization;
using Anyformer.Data.TimeSeries;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tests.Tasks.Forecasting;

/// <summary>A table of many series, from reading to prediction.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class ManySeriesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EverySeriesIsSplitAndStandardisedByItself()
    {
        var data = Load(("tall", 100), ("short", 20), ("long", 200));
        Assert.Equal(["tall", "short", "long"], data.Series.Select(series => series.Series.Id));
        // 70, 10 and 20 %: of 20 rows, 14 are too few to train (lookback 12 and horizon 4), 2 to validate; 4 to test are enough.
        Assert.Equal([new(0, 70), default, new(0, 140)], data.Borders.Select(borders => borders.Train));
        Assert.Equal([new(80 - 12, 100), new(16 - 12, 20), new(160 - 12, 200)], data.Borders.Select(borders => borders.Test));
        Assert.Equal((70 - 15 + 140 - 15, 2, 3), (data.Train.Count, data.Train.Parts.Length, data.Test.Parts.Length));
        Assert.Equal((320, 70 + 14 + 140), (data.RowCount, data.PartRows.Train));
        foreach (var series in data.Series)
        {
            var rows = ((TimeSeries)series.Series).Rows(series.Train);
            Assert.Equal(StandardScaler.Fit(rows, 2).Mean.AsEnumerable(), series.Scaler.Mean);
        }
    }

    [Fact]
    public void SeriesThatAreAllTooShortAreRefused() => Assert.Equal(
        $"None of the 2 series of {_folder["t.csv"]} has a window in its validation part, the longest of which has 3 rows, "
        + "expected at least 4 for look-back 12 and horizon 4.",
        Assert.Throws<UserException>(() => Load(("a", 30), ("b", 20))).Message);

    [Theory]
    [InlineData("dlinear", true)]
    [InlineData("itransformer", false)]
    public void TheForecastOfASeriesIsTheEvaluators(string id, bool standardize)
    {
        var run = Trained(id, section => section with { Standardize = standardize }, ("a", 100), ("b", 60), ("c", 80));
        var evaluator = new ForecastEvaluator(run.Data, run.Data.Test, 8, Device.Cpu);
        // Each series without its last four rows, which are the target of its last window; between them one that is new and one too short.
        Write("cut.csv", ("c", 76), ("new", 40), ("a", 96), ("tiny", 11), ("b", 56));
        var forecasts = ForecastPredictor.Open(_folder["run"]).PredictAll(_folder["cut.csv"]);
        Assert.Equal(("store", ["c", "new", "a", "b"], ["tiny"]),
            (forecasts.IdColumn, forecasts.Forecasts.Select(forecast => forecast.Id), forecasts.TooShort),
            (x, y) => x.Item1 == y.Item1 && x.Item2.SequenceEqual(y.Item2) && x.Item3.SequenceEqual(y.Item3));
        for (var part = 0; part < 3; part++)
        {
            var window = Enumerable.Range(0, run.Data.Test.Count).Last(candidate => run.Data.Test.Locate(candidate).Part == part);
            var series = run.Data.Test.Parts[part].Series;
            var expected = new double[8];
            series.Scaler.Inverse(evaluator.Forecast(run.Model, [window]), expected);
            var forecast = forecasts.Forecasts.Single(one => one.Id == series.Series.Id);
            Assert.Equal(expected, forecast.Values, (x, y) => Math.Abs(x - y) < 1e-4 * (1 + Math.Abs(y)));
            Assert.Equal(series.Series.TimesFrom(series.Series.RowCount - 4, 4), forecast.Times);
            Assert.Equal(window, run.Data.Test.Parts.Take(part + 1).Sum(one => one.Rows.Count - 15) - 1);
        }
    }

    [Fact]
    public void ASeriesThatIsNewIsStandardisedByItself()
    {
        Trained("dlinear", null, ("a", 100), ("b", 100));
        Write("new.csv", ("x", 60));
        Write("times.csv", 1000, ("x", 60));
        var predictor = ForecastPredictor.Open(_folder["run"]);
        var (plain, scaled) = (predictor.PredictAll(_folder["new.csv"]).Forecasts[0], predictor.PredictAll(_folder["times.csv"]).Forecasts[0]);
        Assert.Equal(plain.Values.Select(value => 1000 * value), scaled.Values, (x, y) => Math.Abs(x - y) < 1e-3 * (1 + Math.Abs(y)));
        Write("tiny.csv", ("x", 11), ("y", 5));
        Assert.Equal($"The longest series of {_folder["tiny.csv"]} has 11 rows, expected at least the lookback of 12.",
            Assert.Throws<UserException>(() => predictor.PredictAll(_folder["tiny.csv"])).Message);
    }

    [Fact]
    public void ForecastsOfSeveralModelsAreJoinedSeriesBySeries()
    {
        DateTime[] times = [new(2024, 1, 1)];
        Forecast Of(string id, double value) => new(["x"], times, [value]) { Id = id };
        var joined = SeriesForecasts.MeanOf([
            new SeriesForecasts("id", [Of("a", 1), Of("b", 2), Of("c", 3)], []), new SeriesForecasts("id", [Of("c", 5), Of("a", 3)], ["b"])]);
        Assert.Equal([("a", 2.0), ("c", 4.0)], joined.Forecasts.Select(forecast => (forecast.Id!, forecast.Values[0])));
        Assert.Equal(["b"], joined.TooShort);
        ForecastTable.Write(_folder["f.csv"], joined);
        Assert.Equal(["id,date,x", "a,2024-01-01 00:00:00,2", "c,2024-01-01 00:00:00,4"], File.ReadAllLines(_folder["f.csv"]));
    }

    [Fact]
    public void ABacktestIsOfOneSeries() => Assert.Equal(
        "A backtest is of one series, found the series of the column 'store'.",
        Assert.Throws<UserException>(() => Backtest.Folds(WaveTable.Recipe("t.csv", "dlinear"), Load(("a", 100)), 2)).Message);

    private ForecastRun Trained(string id, Func<ForecastDataSection, ForecastDataSection>? change, params (string Id, int Rows)[] series)
    {
        var path = Write("t.csv", series);
        var recipe = WaveTable.Recipe(path, id);
        var run = new ForecastRun(recipe with { Data = (change ?? (section => section))(Section(path)) }, WaveTable.Store, _folder["run"]);
        Assert.True(run.Train(resume: false, new TrainingObserverOfNothing(), default).Finished);
        return run;
    }

    private ForecastData Load(params (string Id, int Rows)[] series) => ForecastData.Load(Section(Write("t.csv", series)), WaveTable.Store);

    private static ForecastDataSection Section(string path) =>
        new() { Source = path, IdColumn = "store", Lookback = 12, Horizon = 4, LabelLength = 6 };

    private string Write(string name, params (string Id, int Rows)[] series) => Write(name, 1, series);

    /// <summary>Waves whose size and level depend on the id; the rows of all series are mixed, hour by hour.</summary>
    private string Write(string name, double factor, params (string Id, int Rows)[] series)
    {
        var lines =
            from row in Enumerable.Range(0, series.Max(one => one.Rows))
            from one in series
            where row < one.Rows
            let size = factor * one.Id[0]
            let wave = size * (3 + Math.Sin(2 * Math.PI * row / 12) + 0.1 * Math.Sin(row * row))
            select string.Create(CultureInfo.InvariantCulture, $"{one.Id},{new DateTime(2024, 1, 1).AddHours(row):s},{wave},{size * (row % 5)}");
        File.WriteAllLines(_folder[name], lines.Prepend("store,date,wave,saw"));
        return _folder[name];
    }

    private sealed class TrainingObserverOfNothing : TrainingObserver;
}
