using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Numbers measured over time, in memory: a named column for every variate, a row for every time. Immutable; every value is finite, or NaN where
/// it is missing.
/// </summary>
public sealed class TimeSeries : SeriesRows
{
    /// <summary>A series from its columns' names, its times and its values.</summary>
    /// <param name="variates">Column names, at least one.</param>
    /// <param name="times">The time of every row, never falling.</param>
    /// <param name="values">Shape (rows, variates) in row-major order; finite, NaN where missing.</param>
    /// <param name="known">Columns known ahead; null for none.</param>
    /// <param name="id">Which series of several it is; null for the only one.</param>
    /// <param name="step">The step from row to row; null to take it from the times.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, the times fall, or a value is infinite.</exception>
    public TimeSeries(
        ImmutableArray<string> variates, ImmutableArray<DateTime> times, ImmutableArray<double> values,
        KnownColumns? known = null, string? id = null, TimeStep? step = null)
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
        (Id, Step) = (id, step ?? TimeStep.Infer(times.AsSpan()));
    }

    /// <inheritdoc/>
    public override string? Id { get; }

    /// <inheritdoc/>
    public override ImmutableArray<string> Variates { get; }

    /// <summary>The time of every row. Times that carried an offset are in UTC, others as written.</summary>
    public ImmutableArray<DateTime> Times { get; }

    /// <summary>Shape (<see cref="RowCount"/>, variates) in row-major order.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>Columns known ahead, for these rows and perhaps for some after them.</summary>
    public KnownColumns Known { get; }

    /// <inheritdoc/>
    public override ImmutableArray<string> KnownNames => Known.Names;

    /// <inheritdoc/>
    public override bool HasMissing { get; }

    /// <inheritdoc/>
    public override TimeStep? Step { get; }

    /// <inheritdoc/>
    public override int RowCount => Times.Length;

    /// <inheritdoc/>
    public override int FutureCount => Known.FutureTimes.Length;

    /// <summary>The values of one row.</summary>
    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * VariateCount, VariateCount);

    /// <summary>The values of <paramref name="rows"/>, row-major.</summary>
    public ReadOnlySpan<double> Rows(RowRange rows) => Values.AsSpan(rows.Start * VariateCount, rows.Count * VariateCount);

    /// <inheritdoc/>
    public override void CopyTimes(int row, Span<DateTime> times)
    {
        var past = Math.Clamp(RowCount - row, 0, times.Length);
        Times.AsSpan(Math.Min(row, RowCount), past).CopyTo(times);
        if (past < times.Length)
            Known.FutureTimes.AsSpan(row + past - RowCount, times.Length - past).CopyTo(times[past..]);
    }

    /// <inheritdoc/>
    public override void CopyValues(int row, Span<double> values) => Values.AsSpan(row * VariateCount, values.Length).CopyTo(values);

    /// <inheritdoc/>
    public override void CopyKnown(int row, Span<double> values) => Known.Values.AsSpan(row * Known.Count, values.Length).CopyTo(values);
}
