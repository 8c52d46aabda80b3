using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Numbers measured over time: a named column for every variate, a row for every time. Immutable; every value is finite, or NaN where it is
/// missing.
/// </summary>
public sealed class TimeSeries
{
    /// <summary>A series from its columns' names, its times and its values.</summary>
    /// <param name="variates">Column names, at least one.</param>
    /// <param name="times">The time of every row, never falling.</param>
    /// <param name="values">Shape (rows, variates) in row-major order; finite, NaN where missing.</param>
    /// <param name="known">Columns known ahead; null for none.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, the times fall, or a value is infinite.</exception>
    public TimeSeries(
        ImmutableArray<string> variates, ImmutableArray<DateTime> times, ImmutableArray<double> values, KnownColumns? known = null)
    {
        Known = known ?? KnownColumns.None;
        if (Known.Values.Length != (times.Length + Known.FutureTimes.Length) * Known.Count)
            throw new ArgumentException($"the {Known.Count} known columns do not fill {times.Length} rows and the future ones", nameof(known));
        if (variates.IsDefaultOrEmpty)
            throw new ArgumentException("a series needs at least one variate", nameof(variates));
        if (values.Length != (long)times.Length * variates.Length)
            throw new ArgumentException(
                $"{times.Length} times of {variates.Length} variates need {(long)times.Length * variates.Length} values, found {values.Length}",
                nameof(values));
        for (var row = 1; row < times.Length; row++)
            if (times[row] < times[row - 1])
                throw new ArgumentException($"the time of row {row} is before the time of row {row - 1}", nameof(times));
        foreach (var value in values)
            if (double.IsInfinity(value))
                throw new ArgumentException("a value is infinite", nameof(values));
        (Variates, Times, Values, HasMissing) = (variates, times, values, values.Any(double.IsNaN));
        Step = TimeStep.Infer(times.AsSpan());
    }

    /// <summary>Names of the columns, in order.</summary>
    public ImmutableArray<string> Variates { get; }

    /// <summary>The time of every row. Times that carried an offset are in UTC, others as written.</summary>
    public ImmutableArray<DateTime> Times { get; }

    /// <summary>Shape (<see cref="RowCount"/>, <see cref="VariateCount"/>) in row-major order.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>Columns known ahead, for these rows and perhaps for some after them.</summary>
    public KnownColumns Known { get; }

    /// <summary>Whether a value is missing.</summary>
    public bool HasMissing { get; }

    /// <summary>The step from row to row; null when the series has fewer than two rows or is irregular.</summary>
    public TimeStep? Step { get; }

    /// <summary>Rows.</summary>
    public int RowCount => Times.Length;

    /// <summary>Columns.</summary>
    public int VariateCount => Variates.Length;

    /// <summary>The values of one row.</summary>
    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * VariateCount, VariateCount);

    /// <summary>The values of <paramref name="rows"/>, row-major.</summary>
    public ReadOnlySpan<double> Rows(RowRange rows) => Values.AsSpan(rows.Start * VariateCount, rows.Count * VariateCount);

    /// <summary>The <paramref name="count"/> times that follow the last row.</summary>
    /// <exception cref="UserException">The series has no regular step to go on with.</exception>
    public DateTime[] FutureTimes(int count)
    {
        if (Step is null)
            throw new UserException($"The {RowCount} times of the series have no regular step, so the times to forecast are unknown.");
        var future = new DateTime[count];
        for (var step = 0; step < count; step++)
            future[step] = Step.Add(Times[^1], step + 1);
        return future;
    }
}
