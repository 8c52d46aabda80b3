using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>Some rows of a series, to be cut into windows.</summary>
/// <param name="Series">The series.</param>
/// <param name="Rows">Its rows, enough for a window.</param>
public sealed record SeriesPart(ForecastingSeries Series, RowRange Rows);

/// <summary>
/// All windows of ranges of rows, one starting at each row, those of the first series first; none crosses from one series into another. A window
/// that starts at row i of its series sees the rows [i, i + look-back); its future part is the rows
/// [i + look-back - label length, i + look-back + horizon).
/// </summary>
public sealed class ForecastingWindows
{
    // How many windows come before those of each part.
    private readonly int[] _before;

    /// <summary>The windows of <paramref name="rows"/> of one series.</summary>
    /// <exception cref="UserException">The range is shorter than one window.</exception>
    public ForecastingWindows(ForecastingSeries data, RowRange rows, WindowShape shape) : this([new SeriesPart(data, rows)], shape) { }

    /// <summary>The windows of parts of several series, which have the same variates and features.</summary>
    /// <exception cref="UserException">A range is shorter than one window, or there are more windows than can be counted.</exception>
    public ForecastingWindows(ImmutableArray<SeriesPart> parts, WindowShape shape)
    {
        (Parts, Shape) = (parts, shape);
        _before = new int[parts.Length];
        var count = 0L;
        foreach (var (i, part) in parts.Index())
        {
            _before[i] = (int)count;
            count += CountWindows(part);
            if (count > int.MaxValue)
                throw new UserException($"There are more than {int.MaxValue} windows.");
        }
        Count = (int)count;
        HasMissing = parts.Any(part => part.Series.Series.HasMissing);
    }

    /// <summary>The rows that the windows lie in, series by series.</summary>
    public ImmutableArray<SeriesPart> Parts { get; }

    /// <summary>Sizes of a window.</summary>
    public WindowShape Shape { get; }

    /// <summary>Number of windows.</summary>
    public int Count { get; }

    /// <summary>Values of a row.</summary>
    public int VariateCount => Parts[0].Series.Series.VariateCount;

    /// <summary>Features of a row.</summary>
    public int MarkCount => Parts[0].Series.Features.Count;

    /// <summary>Whether a value of the series is missing.</summary>
    public bool HasMissing { get; }

    /// <summary>The part that a window lies in, by its index, and the first row of the window in its series.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such window.</exception>
    public (int Part, int Row) Locate(int window)
    {
        if ((uint)window >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(window), window, FormattableString.Invariant($"there are {Count} windows"));
        var found = Array.BinarySearch(_before, window);
        var part = found >= 0 ? found : ~found - 1;
        return (part, Parts[part].Rows.Start + window - _before[part]);
    }

    /// <summary>Copies a batch of windows; missing values are NaN. N is the number of variates, M of features of a step.</summary>
    /// <param name="windows">Which windows, each from 0 to <see cref="Count"/> - 1, in any order.</param>
    /// <param name="past">Gets the known rows, shape (batch, look-back, N).</param>
    /// <param name="future">Gets label and target rows, shape (batch, label length + horizon, N).</param>
    /// <param name="pastMarks">Gets the features of the known rows, shape (batch, look-back, M).</param>
    /// <param name="futureMarks">Gets the features of label and target rows, shape (batch, label length + horizon, M).</param>
    /// <exception cref="ArgumentException">A window does not exist, or a span has not the size of its shape.</exception>
    public void Gather(ReadOnlySpan<int> windows, Span<float> past, Span<float> future, Span<float> pastMarks, Span<float> futureMarks)
    {
        RequireRoom(past, windows.Length, Shape.LookBack, VariateCount);
        RequireRoom(future, windows.Length, Shape.FutureLength, VariateCount);
        RequireRoom(pastMarks, windows.Length, Shape.LookBack, MarkCount);
        RequireRoom(futureMarks, windows.Length, Shape.FutureLength, MarkCount);
        for (var i = 0; i < windows.Length; i++)
        {
            var (part, row) = Locate(windows[i]);
            var (series, label) = (Parts[part].Series, row + Shape.LookBack - Shape.LabelLength);
            series.CopyValues(row, At(past, i, Shape.LookBack * VariateCount));
            series.CopyValues(label, At(future, i, Shape.FutureLength * VariateCount));
            series.CopyMarks(row, At(pastMarks, i, Shape.LookBack * MarkCount));
            series.CopyMarks(label, At(futureMarks, i, Shape.FutureLength * MarkCount));
        }
    }

    private static Span<float> At(Span<float> batch, int window, int size) => batch.Slice(window * size, size);

    private int CountWindows(SeriesPart part)
    {
        if (part.Rows.Start < 0 || part.Rows.End > part.Series.Series.RowCount)
            throw new ArgumentOutOfRangeException(nameof(part), part.Rows, $"the series has {part.Series.Series.RowCount} rows");
        if (part.Rows.Count < Shape.Length)
            throw new UserException(FormattableString.Invariant(
                $"There are {part.Rows.Count} rows, expected at least {Shape.Length} for look-back {Shape.LookBack} and horizon {Shape.Horizon}."));
        return part.Rows.Count - Shape.Length + 1;
    }

    private static void RequireRoom(ReadOnlySpan<float> room, int windows, int rows, int width)
    {
        if (room.Length != (long)windows * rows * width)
            throw new ArgumentException(FormattableString.Invariant(
                $"expected room for ({windows}, {rows}, {width}) values, found {room.Length}"));
    }
}
