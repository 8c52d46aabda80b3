namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Adds up the errors of forecasts batch by batch, in float64. What is missing in the series has no error. Memory does not grow with the
/// number of windows.
/// </summary>
public sealed class ForecastMetrics
{
    private readonly ForecastingWindows _windows;
    private readonly double[] _naiveErrors;
    private readonly ErrorSums[] _sums;

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
        _windows = windows;
        var series = windows.Data.Series;
        _naiveErrors = SeasonalNaiveErrors(series.Rows(train), series.VariateCount, season);
        _sums = new ErrorSums[series.VariateCount];
    }

    /// <summary>Adds the forecasts of a batch of windows.</summary>
    /// <param name="batch">Which windows were forecast.</param>
    /// <param name="forecasts">Standardised forecasts, shape (batch, horizon, variates).</param>
    /// <exception cref="ArgumentException">A window does not exist, or the span has not the size of its shape.</exception>
    public void Add(ReadOnlySpan<int> batch, ReadOnlySpan<float> forecasts)
    {
        _windows.RequireWindows(batch);
        var size = _windows.Shape.Horizon * _sums.Length;
        if (forecasts.Length != (long)batch.Length * size)
            throw new ArgumentException(FormattableString.Invariant(
                $"expected ({batch.Length}, {_windows.Shape.Horizon}, {_sums.Length}) forecasts, found {forecasts.Length} values"), nameof(forecasts));
        for (var i = 0; i < batch.Length; i++)
            AddWindow(_windows.TargetRow(batch[i]) * _sums.Length, forecasts.Slice(i * size, size));
    }

    /// <summary>The scores of everything added so far.</summary>
    public ForecastReport Report()
    {
        var byVariate = _sums.Select((sum, variate) => sum.Scores(sum.ScaledError(_naiveErrors[variate]))).ToArray();
        var scaled = byVariate.Select(scores => scores.MeanAbsoluteScaledError).Where(error => !double.IsNaN(error)).DefaultIfEmpty(double.NaN);
        var overall = _sums.Aggregate((left, right) => left + right).Scores(scaled.Average());
        return new ForecastReport(overall, [.. byVariate]);
    }

    private void AddWindow(int start, ReadOnlySpan<float> forecasts)
    {
        var (scaler, variates) = (_windows.Data.Scaler, _sums.Length);
        var targets = _windows.Data.Values.Slice(start, forecasts.Length);
        var actuals = _windows.Data.Series.Values.AsSpan(start, forecasts.Length);
        for (int i = 0, variate = 0; i < forecasts.Length; i++, variate = variate + 1 == variates ? 0 : variate + 1)
            if (!double.IsNaN(actuals[i]))
                _sums[variate].Add((double)forecasts[i] - targets[i], scaler.Inverse(forecasts[i], variate), actuals[i]);
    }

    private static double[] SeasonalNaiveErrors(ReadOnlySpan<double> train, int variates, int season)
    {
        var (errors, pairs) = (new double[variates], new int[variates]);
        var lag = season * variates;
        for (var i = lag; i < train.Length; i++)
            if (Math.Abs(train[i] - train[i - lag]) is var error && !double.IsNaN(error))
            {
                errors[i % variates] += error;
                pairs[i % variates]++;
            }
        for (var variate = 0; variate < variates; variate++)
            errors[variate] /= pairs[variate];
        return errors;
    }

    /// <summary>Error sums of one variate, or of several added together.</summary>
    private struct ErrorSums
    {
        private long _points;
        private long _zeros;
        private double _squared;
        private double _absolute;
        private double _originalSquared;
        private double _originalAbsolute;
        private double _percentage;

        public void Add(double error, double forecast, double actual)
        {
            var original = Math.Abs(forecast - actual);
            _points++;
            _squared += error * error;
            _absolute += Math.Abs(error);
            _originalSquared += original * original;
            _originalAbsolute += original;
            if (actual == 0)
                _zeros++;
            else
                _percentage += original / Math.Abs(actual);
        }

        public readonly double ScaledError(double naiveError) => naiveError > 0 ? _originalAbsolute / _points / naiveError : double.NaN;

        public readonly ForecastScores Scores(double scaledError) => new(
            _points, _squared / _points, _absolute / _points, _originalAbsolute / _points, Math.Sqrt(_originalSquared / _points),
            _percentage / (_points - _zeros), _zeros, scaledError);

        public static ErrorSums operator +(ErrorSums left, ErrorSums right) => new()
        {
            _points = left._points + right._points,
            _zeros = left._zeros + right._zeros,
            _squared = left._squared + right._squared,
            _absolute = left._absolute + right._absolute,
            _originalSquared = left._originalSquared + right._originalSquared,
            _originalAbsolute = left._originalAbsolute + right._originalAbsolute,
            _percentage = left._percentage + right._percentage,
        };
    }
}
