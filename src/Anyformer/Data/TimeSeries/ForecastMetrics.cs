namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Adds up the errors of forecasts batch by batch, in float64. What is missing in the series has no error. Memory grows with the number of
/// series, not of windows.
/// </summary>
public sealed class ForecastMetrics
{
    private readonly ForecastingWindows _windows;
    private readonly double[] _naiveErrors;
    private readonly ErrorSums[] _sums;
    private readonly double[] _actuals;

    /// <summary>Metrics for forecasts of <paramref name="windows"/>. The train rows of each series scale its MASE.</summary>
    /// <param name="windows">The windows to be forecast.</param>
    /// <param name="season">Steps in a season, for MASE; see <see cref="TimeStep.SeasonLength"/>.</param>
    public ForecastMetrics(ForecastingWindows windows, int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        _windows = windows;
        _naiveErrors = [.. windows.Parts.SelectMany(part => SeasonalNaiveErrors.Of(part.Series.Series, part.Series.Train, season))];
        _sums = new ErrorSums[_naiveErrors.Length];
        _actuals = new double[windows.Shape.Horizon * windows.VariateCount];
    }

    /// <summary>Adds the forecasts of a batch of windows.</summary>
    /// <param name="batch">Which windows were forecast.</param>
    /// <param name="forecasts">Standardised forecasts, shape (batch, horizon, variates).</param>
    /// <exception cref="ArgumentException">A window does not exist, or the span has not the size of its shape.</exception>
    public void Add(ReadOnlySpan<int> batch, ReadOnlySpan<float> forecasts)
    {
        if (forecasts.Length != (long)batch.Length * _actuals.Length)
            throw new ArgumentException(FormattableString.Invariant(
                $"expected ({batch.Length}, {_windows.Shape.Horizon}, {_windows.VariateCount}) forecasts, found {forecasts.Length} values"), nameof(forecasts));
        for (var i = 0; i < batch.Length; i++)
            AddWindow(batch[i], forecasts.Slice(i * _actuals.Length, _actuals.Length));
    }

    /// <summary>The scores of everything added so far.</summary>
    public ForecastReport Report()
    {
        var variates = _windows.VariateCount;
        var scaled = _sums.Select((sum, i) => sum.ScaledError(_naiveErrors[i])).ToArray();
        var byVariate = Enumerable.Range(0, variates).Select(variate => Scores(i => i % variates == variate)).ToArray();
        return new ForecastReport(Scores(_ => true), [.. byVariate]);

        ForecastScores Scores(Func<int, bool> chosen) => _sums.Where((_, i) => chosen(i)).Aggregate((left, right) => left + right)
            .Scores(scaled.Where((error, i) => chosen(i) && !double.IsNaN(error)).DefaultIfEmpty(double.NaN).Average());
    }

    private void AddWindow(int window, ReadOnlySpan<float> forecasts)
    {
        var (part, row) = _windows.Locate(window);
        var (series, variates) = (_windows.Parts[part].Series, _windows.VariateCount);
        series.Series.CopyValues(row + _windows.Shape.LookBack, _actuals);
        for (int i = 0, variate = 0; i < forecasts.Length; i++, variate = variate + 1 == variates ? 0 : variate + 1)
            if (!double.IsNaN(_actuals[i]))
                _sums[part * variates + variate].Add(
                    (double)forecasts[i] - series.Scaler.Transform(_actuals[i], variate), series.Scaler.Inverse(forecasts[i], variate), _actuals[i]);
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
