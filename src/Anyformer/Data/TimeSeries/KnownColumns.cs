using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Columns that are known ahead of time: a price, a holiday. They are not forecast; models are told them over history and horizon, so a table
/// may go on with rows of which only these are there.
/// </summary>
public sealed class KnownColumns
{
    /// <summary>Columns from their names, their numbers, and the times of the rows after the series.</summary>
    /// <param name="names">Column names.</param>
    /// <param name="values">Shape (rows of the series, then future rows; names) in row-major order, finite.</param>
    /// <param name="futureTimes">The times of the future rows, in order.</param>
    public KnownColumns(ImmutableArray<string> names, ImmutableArray<double> values, ImmutableArray<DateTime> futureTimes)
    {
        if (!values.All(double.IsFinite))
            throw new ArgumentException("a value is not finite", nameof(values));
        (Names, Values, FutureTimes) = (names, values, futureTimes);
    }

    /// <summary>No column.</summary>
    public static KnownColumns None { get; } = new([], [], []);

    /// <summary>Names of the columns, in order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Shape (rows of the series, then future rows; names) in row-major order.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>The times of the rows after the series.</summary>
    public ImmutableArray<DateTime> FutureTimes { get; }

    /// <summary>Columns.</summary>
    public int Count => Names.Length;

    /// <summary>The numbers of some rows, row-major; rows after the series are future ones.</summary>
    public ReadOnlySpan<double> Rows(RowRange rows) => Values.AsSpan(rows.Start * Count, rows.Count * Count);
}
