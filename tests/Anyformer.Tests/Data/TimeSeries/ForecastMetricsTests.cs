using Anyformer.Data.TimeSeries;
using Series = Anyformer.Data.TimeSeries.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

public class ForecastMetricsTests
{
    // Two variates; the scaler (mean 1 and 10, deviation 2 and 4) makes standardised and original errors differ by a known factor.
    private static readonly double[] s_rows = [1, 10, 3, 14, 1, 6, 5, 10, 0, 10, 3, 18];

    [Fact]
    public void Errors_on_both_scales_overall_and_by_variate()
    {
        var metrics = new ForecastMetrics(Windows(s_rows), season: 1);
        // Targets of window 0 are rows 3 and 4 (5, 10 and 0, 10), of window 1 rows 4 and 5 (0, 10 and 3, 18).
        metrics.Add([0], [1.5f, 0, 0.5f, 1]);
        metrics.Add([1], [-0.5f, 0, 1, 0]);
        var report = metrics.Report();

        // Original forecasts: (4, 10), (2, 14) and (0, 10), (3, 10). Errors of a: 1, 2, 0, 0; of b: 0, 4, 0, 8.
        var (a, b) = (report.ByVariate[0], report.ByVariate[1]);
        Assert.Equal(4, a.Points);
        Assert.Equal((0.25 + 1) / 4, a.MeanSquaredError);
        Assert.Equal((0.5 + 1) / 4, a.MeanAbsoluteError);
        Assert.Equal(0.75, a.OriginalMeanAbsoluteError);
        Assert.Equal(Math.Sqrt(5 / 4.0), a.OriginalRootMeanSquaredError);
        Assert.Equal(1 / 5.0 / 2, a.MeanAbsolutePercentageError);
        Assert.Equal(2, a.ZeroActuals);
        Assert.Equal(0.75 / ((2 + 2 + 4) / 3.0), a.MeanAbsoluteScaledError);
        Assert.Equal((1 + 4) / 4.0, b.MeanSquaredError);
        Assert.Equal(3, b.OriginalMeanAbsoluteError);
        Assert.Equal((4 / 10.0 + 8 / 18.0) / 4, b.MeanAbsolutePercentageError, 1e-15);
        Assert.Equal(3 / ((4 + 8 + 4) / 3.0), b.MeanAbsoluteScaledError);

        Assert.Equal(8, report.Overall.Points);
        Assert.Equal((a.MeanSquaredError + b.MeanSquaredError) / 2, report.Overall.MeanSquaredError);
        Assert.Equal((0.5 + 1 + 1 + 2) / 8, report.Overall.MeanAbsoluteError);
        Assert.Equal(15 / 8.0, report.Overall.OriginalMeanAbsoluteError);
        Assert.Equal(Math.Sqrt(85 / 8.0), report.Overall.OriginalRootMeanSquaredError);
        Assert.Equal((0.2 + 0.4 + 8 / 18.0) / 6, report.Overall.MeanAbsolutePercentageError, 1e-15);
        Assert.Equal((a.MeanAbsoluteScaledError + b.MeanAbsoluteScaledError) / 2, report.Overall.MeanAbsoluteScaledError);
    }

    [Fact]
    public void Seasons_compare_with_the_row_one_season_before()
    {
        var metrics = new ForecastMetrics(Windows(s_rows), season: 2);
        metrics.Add([0], [1.5f, 0, 0.5f, 1]);
        // Season 2: a changes by 0 and 2, b by 4 and 4.
        Assert.Equal(1.5 / 1, metrics.Report().ByVariate[0].MeanAbsoluteScaledError);
        Assert.Equal(2.0 / 4, metrics.Report().ByVariate[1].MeanAbsoluteScaledError);
    }

    [Fact]
    public void A_variate_whose_season_repeats_exactly_has_no_scaled_error()
    {
        double[] rows = [5, 1, 5, 2, 5, 4, 5, 8, 5, 9, 5, 7];
        var metrics = new ForecastMetrics(Windows(rows), season: 1);
        metrics.Add([0], [0, 0, 0, 0]);
        var report = metrics.Report();
        Assert.Equal(double.NaN, report.ByVariate[0].MeanAbsoluteScaledError);
        Assert.Equal(report.ByVariate[1].MeanAbsoluteScaledError, report.Overall.MeanAbsoluteScaledError);
        Assert.True(report.Overall.MeanAbsoluteScaledError > 0);
    }

    [Fact]
    public void What_is_missing_has_no_error()
    {
        double[] rows = [.. s_rows];
        (rows[2], rows[9]) = (double.NaN, double.NaN);
        var metrics = new ForecastMetrics(Windows(rows), season: 1);
        metrics.Add([0], [1.5f, 0, 0.5f, 1]);
        var (a, b) = (metrics.Report().ByVariate[0], metrics.Report().ByVariate[1]);

        // The second target of b is missing; of its first, 10, the forecast is 10. Steps of a on the train rows: only from 1 to 5.
        Assert.Equal((2, 1, 3), (a.Points, b.Points, metrics.Report().Overall.Points));
        Assert.Equal(0, b.MeanSquaredError);
        Assert.Equal((0.25 + 1) / 3, metrics.Report().Overall.MeanSquaredError);
        Assert.Equal(1.5 / 4, a.MeanAbsoluteScaledError);
    }

    [Fact]
    public void A_variate_without_any_target_has_no_scores_and_leaves_the_others_alone()
    {
        double[] rows = [.. s_rows.Select((value, i) => i % 2 == 1 ? double.NaN : value)];
        var metrics = new ForecastMetrics(Windows(rows), season: 1);
        metrics.Add([0, 1], [1.5f, 0, 0.5f, 1, -0.5f, 0, 1, 0]);
        var report = metrics.Report();
        Assert.Equal((4, 0, double.NaN), (report.Overall.Points, report.ByVariate[1].Points, report.ByVariate[1].MeanSquaredError));
        Assert.Equal(report.ByVariate[0], report.Overall);
    }

    [Fact]
    public void Train_rows_shorter_than_a_season_scale_nothing()
    {
        var metrics = new ForecastMetrics(Windows(s_rows), season: 4);
        metrics.Add([0], [1.5f, 0, 0.5f, 1]);
        Assert.Equal((double.NaN, 4), (metrics.Report().Overall.MeanAbsoluteScaledError, metrics.Report().Overall.Points));
    }

    [Fact]
    public void Every_series_is_scaled_by_its_own_train_rows()
    {
        var (first, second) = (Windows(s_rows), Windows([.. s_rows.Select(value => 10 * value)]));
        var metrics = new ForecastMetrics(new ForecastingWindows([.. first.Parts, .. second.Parts], first.Shape), season: 1);
        float[] forecast = [1.5f, 0, 0.5f, 1];
        metrics.Add([0, 3], [.. forecast, .. forecast]);
        var (one, other) = (new ForecastMetrics(first, season: 1), new ForecastMetrics(second, season: 1));
        one.Add([0], forecast);
        other.Add([1], forecast);
        var (all, a, b) = (metrics.Report(), one.Report(), other.Report());
        Assert.Equal((8, 4), (all.Overall.Points, all.ByVariate[1].Points));
        Assert.Equal((a.Overall.MeanSquaredError + b.Overall.MeanSquaredError) / 2, all.Overall.MeanSquaredError, 1e-12);
        Assert.Equal((a.ByVariate[1].MeanAbsoluteScaledError + b.ByVariate[1].MeanAbsoluteScaledError) / 2, all.ByVariate[1].MeanAbsoluteScaledError, 1e-12);
        Assert.Equal((a.Overall.MeanAbsoluteScaledError + b.Overall.MeanAbsoluteScaledError) / 2, all.Overall.MeanAbsoluteScaledError, 1e-12);
    }

    [Fact]
    public void Nothing_added_gives_no_scores()
    {
        var overall = new ForecastMetrics(Windows(s_rows), season: 1).Report().Overall;
        Assert.Equal(0, overall.Points);
        Assert.True(double.IsNaN(overall.MeanSquaredError) && double.IsNaN(overall.MeanAbsoluteScaledError));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ForecastMetrics(Windows(s_rows), season: 0));
        var metrics = new ForecastMetrics(Windows(s_rows), season: 1);
        Assert.Throws<ArgumentException>(() => metrics.Add([0], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add([2], new float[4]));
    }

    private static ForecastingWindows Windows(double[] values)
    {
        var times = Enumerable.Range(0, values.Length / 2).Select(row => new DateTime(2024, 1, 1).AddDays(row));
        var series = new Series(["a", "b"], [.. times], [.. values]);
        var data = new ForecastingSeries(series, new StandardScaler([1, 10], [2, 4]), new MarkFeatures(new CalendarFeatures(TimeFrequency.Day)))
        {
            Train = new RowRange(0, 4),
        };
        return new ForecastingWindows(data, new RowRange(1, 6), new WindowShape(2, 2));
    }
}
