using System.Text.Json;
using Anyformer.Data.TimeSeries;
using Anyformer.Testing;

namespace Anyformer.Tests.Data.TimeSeries;

/// <summary>Agreement with the authors' loaders, and with the figures that need no model.</summary>
public class ForecastingProtocolTests
{
    [SkippableTheory]
    [InlineData("etth1-test-hour-marks")]
    [InlineData("etth2-train-integer-marks")]
    [InlineData("ettm1-val-minute-marks")]
    [InlineData("exchange-train-integer-marks")]
    public void Windows_marks_and_scaling_agree_with_the_reference_loaders(string name)
    {
        var folder = SharedFolder.Require($"parity/forecasting-protocol/{name}");
        using var text = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var config = text.RootElement.GetProperty("config");
        var windows = Load(config);
        var expected = new CaseTensors(Path.Combine(folder, "outputs.safetensors"));
        var index = Array.ConvertAll(new CaseTensors(Path.Combine(folder, "inputs.safetensors"))["index"], value => (int)value);

        Assert.Equal(expected["length"][0], windows.Count);
        AssertClose(expected["scaler.mean"], [.. windows.Parts[0].Series.Scaler.Mean]);
        AssertClose(expected["scaler.scale"], [.. windows.Parts[0].Series.Scaler.Deviation]);
        var batch = ForecastingWindowsTests.Gather(windows, index);
        AssertClose(expected["seq_x"], batch.Past);
        AssertClose(expected["seq_y"], batch.Future);
        AssertClose(expected["seq_x_mark"], batch.PastMarks);
        AssertClose(expected["seq_y_mark"], batch.FutureMarks);
    }

    [SkippableTheory]
    [InlineData("etth1/ETTh1.csv", "ett-hour", 96, 2785, 1.2944, 0.7132)]
    [InlineData("etth1/ETTh1.csv", "ett-hour", 720, 2161, 1.3351, 0.7550)]
    [InlineData("etth2/ETTh2.csv", "ett-hour", 96, 2785, 0.4317, 0.4216)]
    [InlineData("exchange-rate/exchange_rate.csv", "0.7/0.1/0.2", 96, 1422, 0.0811, 0.1964)]
    [InlineData("exchange-rate/exchange_rate.csv", "0.7/0.1/0.2", 720, 798, 0.8101, 0.6764)]
    public void Repeating_the_last_row_gives_the_published_errors(string path, string split, int horizon, int count, double mse, double mae)
    {
        var series = TimeSeriesReader.Read(SharedFolder.Require($"data/{path}")).Series;
        var shape = new WindowShape(96, horizon);
        var borders = SplitRule.Parse(split).Borders(series.RowCount, shape);
        var data = ForecastingSeries.Fit(series, borders.Train, new MarkFeatures(new CalendarFeatures(TimeFrequency.Hour)));
        var windows = new ForecastingWindows(data, borders.Test, shape);
        var scores = Repeat(windows).Overall;
        Assert.Equal(count, windows.Count);
        Assert.Equal((long)count * horizon * series.VariateCount, scores.Points);
        Assert.Equal(mse, scores.MeanSquaredError, 5e-5);
        Assert.Equal(mae, scores.MeanAbsoluteError, 5e-5);
    }

    [SkippableTheory]
    [InlineData("etth1/ETTh1.csv", "ett-hour",
        new[] { 7.9377, 2.0210, 5.0798, 0.7462, 2.7818, 0.7885, 17.1283 }, new[] { 5.8127, 2.0901, 5.5188, 1.9264, 1.0235, 0.6302, 9.1765 })]
    [InlineData("ettm1/ETTm1.csv.gz", "ett-minute",
        new[] { 7.9900, 2.0387, 5.1099, 0.7562, 2.8047, 0.7912, 17.1250 }, new[] { 5.8331, 2.0896, 5.5190, 1.9242, 1.0406, 0.6324, 9.1730 })]
    public void Means_and_deviations_of_the_train_rows(string path, string split, double[] means, double[] deviations)
    {
        var series = TimeSeriesReader.Read(SharedFolder.Require($"data/{path}")).Series;
        var borders = SplitRule.Parse(split).Borders(series.RowCount, new WindowShape(96, 96));
        var scaler = StandardScaler.Fit(series.Rows(borders.Train), series.VariateCount);
        Assert.Equal(means, scaler.Mean.Select(value => Math.Round(value, 4)));
        Assert.Equal(deviations, scaler.Deviation.Select(value => Math.Round(value, 4)));
    }

    [Theory]
    [InlineData("ett-hour", 17420, new[] { 2785, 2689, 2545, 2161 }, 8449)]
    [InlineData("ett-minute", 69680, new[] { 11425, 11329, 11185, 10801 }, 34369)]
    [InlineData("0.7/0.1/0.2", 7588, new[] { 1422, 1326, 1182, 798 }, 5120)]
    public void Window_counts(string split, int rows, int[] testCounts, int trainCount)
    {
        int[] horizons = [96, 192, 336, 720];
        foreach (var lookBack in (int[])[96, 336])
            Assert.Equal(testCounts, horizons.Select(horizon => Count(Borders(lookBack, horizon).Test, lookBack, horizon)));
        Assert.Equal(trainCount, Count(Borders(96, 96).Train, 96, 96));

        SplitBorders Borders(int lookBack, int horizon) => SplitRule.Parse(split).Borders(rows, new WindowShape(lookBack, horizon));
        static int Count(RowRange range, int lookBack, int horizon) => range.Count - lookBack - horizon + 1;
    }

    private static ForecastingWindows Load(JsonElement config)
    {
        var series = TimeSeriesReader.Read(
            SharedFolder.Require("data/" + config.GetProperty("data").GetString()),
            new TimeSeriesReadOptions { Target = config.GetProperty("target").GetString() }).Series;
        var size = config.GetProperty("size");
        var shape = new WindowShape(size[0].GetInt32(), size[2].GetInt32(), size[1].GetInt32());
        var rule = config.GetProperty("data").GetString()![..4] switch
        {
            "etth" => SplitRule.EttHour,
            "ettm" => SplitRule.EttMinute,
            _ => SplitRule.Default,
        };
        var borders = rule.Borders(series.RowCount, shape);
        var calendar = new CalendarFeatures(
            TimeFrequencyCodes.Parse(config.GetProperty("freq").GetString()!),
            config.GetProperty("timeenc").GetInt32() == 1 ? CalendarEncoding.Fraction : CalendarEncoding.Index);
        var range = config.GetProperty("flag").GetString() switch
        {
            "train" => borders.Train,
            "val" => borders.Validation,
            _ => borders.Test,
        };
        return new ForecastingWindows(ForecastingSeries.Fit(series, borders.Train, new MarkFeatures(calendar)), range, shape);
    }

    private static ForecastReport Repeat(ForecastingWindows windows)
    {
        var (shape, variates) = (windows.Shape, windows.VariateCount);
        var metrics = new ForecastMetrics(windows, season: 24);
        var (last, forecast) = (new float[variates], new float[shape.Horizon * variates]);
        for (var window = 0; window < windows.Count; window++)
        {
            var (part, row) = windows.Locate(window);
            windows.Parts[part].Series.CopyValues(row + shape.LookBack - 1, last);
            for (var step = 0; step < shape.Horizon; step++)
                last.CopyTo(forecast.AsSpan(step * variates));
            metrics.Add([window], forecast);
        }
        return metrics.Report();
    }

    private static void AssertClose(double[] expected, float[] actual) => AssertClose(expected, Array.ConvertAll(actual, value => (double)value));

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-6 + 1e-6 * Math.Abs(expected[i]), $"at {i}: {actual[i]}, expected {expected[i]}");
    }
}
