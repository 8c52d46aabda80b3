namespace Anyformer.Data.TimeSeries;

/// <summary>
/// All windows of a range of rows, one starting at each row. Window i sees the rows [i, i + look-back) of the range; its future part is
/// the rows [i + look-back - label length, i + look-back + horizon).
/// </summary>
public sealed class ForecastingWindows
{
    /// <summary>The windows of <paramref name="rows"/> of <paramref name="data"/>.</summary>
    /// <exception cref="UserException">The range is shorter than one window.</exception>
    public ForecastingWindows(ForecastingSeries data, RowRange rows, WindowShape shape)
    {
        if (rows.Start < 0 || rows.End > data.Series.RowCount)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"the series has {data.Series.RowCount} rows");
        if (rows.Count < shape.Length)
            throw new UserException(FormattableString.Invariant(
                $"There are {rows.Count} rows, expected at least {shape.Length} for look-back {shape.LookBack} and horizon {shape.Horizon}."));
        (Data, Rows, Shape) = (data, rows, shape);
    }

    /// <summary>The series that the windows lie in.</summary>
    public ForecastingSeries Data { get; }

    /// <summary>The rows that the windows lie in.</summary>
    public RowRange Rows { get; }

    /// <summary>Sizes of a window.</summary>
    public WindowShape Shape { get; }

    /// <summary>Number of windows.</summary>
    public int Count => Rows.Count - Shape.Length + 1;

    /// <summary>Copies a batch of windows, without allocating; missing values are NaN. N is the number of variates, M of features of a step.</summary>
    /// <param name="windows">Which windows, each from 0 to <see cref="Count"/> - 1, in any order.</param>
    /// <param name="past">Gets the known rows, shape (batch, look-back, N).</param>
    /// <param name="future">Gets label and target rows, shape (batch, label length + horizon, N).</param>
    /// <param name="pastMarks">Gets the features of the known rows, shape (batch, look-back, M).</param>
    /// <param name="futureMarks">Gets the features of label and target rows, shape (batch, label length + horizon, M).</param>
    /// <exception cref="ArgumentException">A window does not exist, or a span has not the size of its shape.</exception>
    public void Gather(ReadOnlySpan<int> windows, Span<float> past, Span<float> future, Span<float> pastMarks, Span<float> futureMarks)
    {
        RequireWindows(windows);
        var (label, variates, features) = (Shape.LookBack - Shape.LabelLength, Data.Series.VariateCount, Data.Features.Count);
        Copy(windows, Data.Values, variates, 0, Shape.LookBack, past);
        Copy(windows, Data.Values, variates, label, Shape.FutureLength, future);
        Copy(windows, Data.Marks, features, 0, Shape.LookBack, pastMarks);
        Copy(windows, Data.Marks, features, label, Shape.FutureLength, futureMarks);
    }

    /// <summary>First row, in the series, of the rows that a window forecasts.</summary>
    internal int TargetRow(int window) => Rows.Start + window + Shape.LookBack;

    internal void RequireWindows(ReadOnlySpan<int> windows)
    {
        foreach (var window in windows)
            if ((uint)window >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(windows), window, FormattableString.Invariant($"there are {Count} windows"));
    }

    private void Copy(ReadOnlySpan<int> windows, ReadOnlySpan<float> source, int width, int offset, int rows, Span<float> target)
    {
        var size = rows * width;
        if (target.Length != (long)windows.Length * size)
            throw new ArgumentException(FormattableString.Invariant(
                $"expected room for ({windows.Length}, {rows}, {width}) values, found {target.Length}"));
        for (var i = 0; i < windows.Length; i++)
            source.Slice((Rows.Start + windows[i] + offset) * width, size).CopyTo(target[(i * size)..]);
    }
}
