using System.Buffers;
using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// The rows of one series, wherever they are kept: times, values to forecast (NaN where missing) and columns known ahead. After the rows with
/// values may come future rows, of which only times and known columns are there.
/// </summary>
public abstract class SeriesRows
{
    private const int ChunkRows = 4096;

    /// <summary>Which series of several it is; null for the only one.</summary>
    public abstract string? Id { get; }

    /// <summary>Names of the columns to forecast, in order.</summary>
    public abstract ImmutableArray<string> Variates { get; }

    /// <summary>Names of the columns known ahead, in order.</summary>
    public abstract ImmutableArray<string> KnownNames { get; }

    /// <summary>Rows that have values.</summary>
    public abstract int RowCount { get; }

    /// <summary>Rows after those that have values.</summary>
    public abstract int FutureCount { get; }

    /// <summary>Whether a value is missing.</summary>
    public abstract bool HasMissing { get; }

    /// <summary>The step from row to row; null when there are fewer than two rows or the times are irregular.</summary>
    public abstract TimeStep? Step { get; }

    /// <summary>Columns to forecast.</summary>
    public int VariateCount => Variates.Length;

    /// <summary>Copies the times of rows from one on, future ones too.</summary>
    public abstract void CopyTimes(int row, Span<DateTime> times);

    /// <summary>Copies the values of rows from one on, shape (rows, variates) in row-major order.</summary>
    public abstract void CopyValues(int row, Span<double> values);

    /// <summary>Copies the known columns of rows from one on, future ones too, shape (rows, known columns) in row-major order.</summary>
    public abstract void CopyKnown(int row, Span<double> values);

    /// <summary>Shows the values of many rows, some at a time; see <see cref="CopyValues"/>.</summary>
    public void VisitValues(RowRange rows, Action<ReadOnlySpan<double>> visit) => Visit(rows, VariateCount, CopyValues, visit);

    /// <summary>Shows the known columns of many rows, some at a time; see <see cref="CopyKnown"/>.</summary>
    public void VisitKnown(RowRange rows, Action<ReadOnlySpan<double>> visit) => Visit(rows, KnownNames.Length, CopyKnown, visit);

    /// <summary>The times of <paramref name="count"/> rows from one on.</summary>
    public DateTime[] TimesFrom(int row, int count)
    {
        var times = new DateTime[count];
        CopyTimes(row, times);
        return times;
    }

    /// <summary>The <paramref name="count"/> times that follow the last row.</summary>
    /// <exception cref="UserException">The series has no regular step to go on with.</exception>
    public DateTime[] FutureTimes(int count)
    {
        if (Step is null)
            throw new UserException($"The {RowCount} times of the series have no regular step, so the times to forecast are unknown.");
        var last = TimesFrom(RowCount - 1, 1)[0];
        return [.. Enumerable.Range(1, count).Select(step => Step.Add(last, step))];
    }

    private delegate void Copy(int row, Span<double> values);

    private static void Visit(RowRange rows, int columns, Copy copy, Action<ReadOnlySpan<double>> visit)
    {
        var buffer = ArrayPool<double>.Shared.Rent(Math.Min(ChunkRows, rows.Count) * columns);
        for (var row = rows.Start; row < rows.End; row += ChunkRows)
        {
            var chunk = buffer.AsSpan(0, Math.Min(ChunkRows, rows.End - row) * columns);
            copy(row, chunk);
            visit(chunk);
        }
        ArrayPool<double>.Shared.Return(buffer);
    }
}
