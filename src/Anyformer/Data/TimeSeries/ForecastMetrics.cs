namespace Anyformer.Data.TimeSeries;

/// <summary>Adds up the errors of forecasts batch by batch, in float64. Memory does not grow with the number of windows.</summary>
public sealed class ForecastMetrics
{
    private readonly ForecastingWindows windows;
    private readonly double[] naiveErrors;
    private readonly ErrorSums[] sums;

    /// <summary>Metrics for forecasts of <paramref name="windows"/>.</summary>
    /// <param name="windows">The windows to be forecast.</param>
    /// <param name="train">Train rows of the same series: they scale MASE.</param>
    /// <param name="season">Steps in a season, for MASE; see <see cref="TimeStep.SeasonLength"/>.</param>
    /// <exception cref="UserException">The train rows hold no two values one season apart.</exception>
    public ForecastMetrics(ForecastingWindows windows, RowRange train, int season)
    {
        if (season < 1 || train.Count <= season)
            throw new UserException(FormattableString.Invariant(
                $"The season has {season} steps, expected at least 1 and fewer than the {train.Count} train rows."));
        this.windows = windows;
        var series = windows.Data.Series;
        naiveErrors = SeasonalNaiveErrors(series.Rows(train), series.VariateCount, season);
        sums = new ErrorSums[series.VariateCount];
    }

    /// <summary>Adds the forecasts of a batch of windows.</summary>
    /// <param name="batch">Which windows were forecast.</param>
    /// <param name="forecasts">Standardised forecasts, shape (batch, horizon, variates).</param>
    /// <exception cref="ArgumentException">A window does not exist, or the span has not the size of its shape.</exception>
    public void Add(ReadOnlySpan<int> batch, ReadOnlySpan<float> forecasts)
    {
        windows.RequireWindows(batch);
        var size = windows.Shape.Horizon * sums.Length;
        if (forecasts.Length != (long)batch.Length * size)
            throw new ArgumentException(FormattableString.Invariant(
                $"expected ({batch.Length}, {windows.Shape.Horizon}, {sums.Length}) forecasts, found {forecasts.Length} values"), nameof(forecasts));
        for (var i = 0; i < batch.Length; i++)
            AddWindow(windows.TargetRow(batch[i]) * sums.Length, forecasts.Slice(i * size, size));
    }

    /// <summary>The scores of everything added so far.</summary>
    public ForecastReport Report()
    {
        var byVariate = sums.Select((sum, variate) => sum.Scores(sum.ScaledError(naiveErrors[variate]))).ToArray();
        var scaled = byVariate.Select(scores => scores.MeanAbsoluteScaledError).Where(error => !double.IsNaN(error)).DefaultIfEmpty(double.NaN);
        var overall = sums.Aggregate((left, right) => left + right).Scores(scaled.Average());
        return new ForecastReport(overall, [.. byVariate]);
    }

    private void AddWindow(int start, ReadOnlySpan<float> forecasts)
    {
        var (scaler, variates) = (windows.Data.Scaler, sums.Length);
        var targets = windows.Data.Values.Slice(start, forecasts.Length);
        var actuals = windows.Data.Series.Values.AsSpan(start, forecasts.Length);
        for (int i = 0, variate = 0; i < forecasts.Length; i++, variate = variate + 1 == variates ? 0 : variate + 1)
            sums[variate].Add((double)forecasts[i] - targets[i], scaler.Inverse(forecasts[i], variate), actuals[i]);
    }

    private static double[] SeasonalNaiveErrors(ReadOnlySpan<double> train, int variates, int season)
    {
        var errors = new double[variates];
        var lag = season * variates;
        for (var i = lag; i < train.Length; i++)
            errors[i % variates] += Math.Abs(train[i] - train[i - lag]);
        for (var variate = 0; variate < variates; variate++)
            errors[variate] /= train.Length / variates - season;
        return errors;
    }

    /// <summary>Error sums of one variate, or of several added together.</summary>
    private struct ErrorSums
    {
        private long points;
        private long zeros;
        private double squared;
        private double absolute;
        private double originalSquared;
        private double originalAbsolute;
        private double percentage;

        public void Add(double error, double forecast, double actual)
        {
            var original = Math.Abs(forecast - actual);
            points++;
            squared += error * error;
            absolute += Math.Abs(error);
            originalSquared += original * original;
            originalAbsolute += original;
            if (actual == 0)
                zeros++;
            else
                percentage += original / Math.Abs(actual);
        }

        public readonly double ScaledError(double naiveError) => naiveError > 0 ? originalAbsolute / points / naiveError : double.NaN;

        public readonly ForecastScores Scores(double scaledError) => new(
            points, squared / points, absolute / points, originalAbsolute / points, Math.Sqrt(originalSquared / points),
            percentage / (points - zeros), zeros, scaledError);

        public static ErrorSums operator +(ErrorSums left, ErrorSums right) => new()
        {
            points = left.points + right.points,
            zeros = left.zeros + right.zeros,
            squared = left.squared + right.squared,
            absolute = left.absolute + right.absolute,
            originalSquared = left.originalSquared + right.originalSquared,
            originalAbsolute = left.originalAbsolute + right.originalAbsolute,
            percentage = left.percentage + right.percentage,
        };
    }
}
