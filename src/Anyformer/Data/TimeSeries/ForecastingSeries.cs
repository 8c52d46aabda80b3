using System.Buffers;

namespace Anyformer.Data.TimeSeries;

/// <summary>A series made ready for models: its values standardised, and the features of every step.</summary>
public sealed class ForecastingSeries
{
    // Null for rows that are not in memory: those are standardised when they are copied.
    private readonly float[]? _values;
    private readonly float[]? _marks;

    /// <summary>A series with what standardises it and what makes the features of its steps.</summary>
    /// <exception cref="UserException">The scaler was fitted on another number of variates.</exception>
    public ForecastingSeries(SeriesRows series, StandardScaler scaler, MarkFeatures features)
    {
        if (scaler.VariateCount != series.VariateCount)
            throw new UserException(FormattableString.Invariant(
                $"The series has {series.VariateCount} variates, expected {scaler.VariateCount}, as many as the scaler was fitted on."));
        (Series, Scaler, Features, Train) = (series, scaler, features, new RowRange(0, series.RowCount));
        if (series is not TimeSeries inMemory)
            return;
        _values = new float[inMemory.Values.Length];
        scaler.Transform(inMemory.Values.AsSpan(), _values);
        _marks = features.Compute(inMemory.Times.AsSpan(), inMemory.Known.Rows(Train));
    }

    /// <summary>The original series.</summary>
    public SeriesRows Series { get; }

    /// <summary>What standardises the values.</summary>
    public StandardScaler Scaler { get; }

    /// <summary>What makes the features.</summary>
    public MarkFeatures Features { get; }

    /// <summary>The rows that count as known when errors are scaled; all rows unless said otherwise.</summary>
    public RowRange Train { get; init; }

    /// <summary>Fits the scaler on the <paramref name="train"/> rows alone and prepares the whole series.</summary>
    public static ForecastingSeries Fit(SeriesRows series, RowRange train, MarkFeatures features) =>
        new(series, StandardScaler.Fit(series.VariateCount, visit => series.VisitValues(train, visit)), features) { Train = train };

    /// <summary>Copies the standardised values of rows from one on, shape (rows, variates) in row-major order; NaN where missing.</summary>
    public void CopyValues(int row, Span<float> values)
    {
        if (_values is not null)
        {
            _values.AsSpan(row * Series.VariateCount, values.Length).CopyTo(values);
            return;
        }
        var original = ArrayPool<double>.Shared.Rent(values.Length);
        Series.CopyValues(row, original.AsSpan(0, values.Length));
        Scaler.Transform(original.AsSpan(0, values.Length), values);
        ArrayPool<double>.Shared.Return(original);
    }

    /// <summary>Copies the features of rows from one on, shape (rows, features) in row-major order.</summary>
    public void CopyMarks(int row, Span<float> marks)
    {
        if (Features.Count == 0)
            return;
        if (_marks is not null)
        {
            _marks.AsSpan(row * Features.Count, marks.Length).CopyTo(marks);
            return;
        }
        var (times, known) = (new DateTime[marks.Length / Features.Count], new double[marks.Length / Features.Count * Features.KnownCount]);
        Series.CopyTimes(row, times);
        Series.CopyKnown(row, known);
        Features.Compute(times, known).CopyTo(marks);
    }
}
