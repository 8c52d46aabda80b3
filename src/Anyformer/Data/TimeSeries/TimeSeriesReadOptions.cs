using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>How a table is to be read as a time series. Everything left out is found in the file.</summary>
public sealed record TimeSeriesReadOptions
{
    /// <summary>What separates the fields: comma, semicolon, tab or pipe. Found when null.</summary>
    public char? Delimiter { get; init; }

    /// <summary>
    /// Name of the column of times. When null: the column whose first values are dates, one named date, time, datetime, timestamp
    /// or ds before others.
    /// </summary>
    public string? DateColumn { get; init; }

    /// <summary>
    /// Name of the column that tells which series a row is of, for tables of many series; null for one series. Each has times of its own.
    /// </summary>
    public string? IdColumn { get; init; }

    /// <summary>
    /// A .NET date format, such as <c>dd/MM/yyyy HH:mm</c>, for times that can be read in more than one way or in none of the known
    /// ones.
    /// </summary>
    public string? DateFormat { get; init; }

    /// <summary>Names of the number columns to read, in this order; null reads every column but the date, the id and those known ahead.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// Names of the columns known ahead, numbers or true and false. With them, rows at the end that have no other number are the future.
    /// </summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>Name of the column to move last, where the forecasting models look for their target.</summary>
    public string? Target { get; init; }

    /// <summary>What stands in for missing values where a table is repaired; without it, a table with errors is refused.</summary>
    public FillPolicy Fill { get; init; }
}

/// <summary>What reading a table of one series gave.</summary>
/// <param name="Series">The series.</param>
/// <param name="Warnings">What was found and left as it is: gaps, duplicate rows and irregular steps.</param>
/// <param name="Repairs">What was found and repaired; empty without a fill policy.</param>
public sealed record TimeSeriesReading(TimeSeries Series, DataReport Warnings, DataReport Repairs);

/// <summary>What reading a table gave.</summary>
/// <param name="Series">The series, in the order in which the table names them first; at least one.</param>
/// <param name="Step">The step that the rows of all series have in common; null without a regular one.</param>
/// <param name="Warnings">What was found and left as it is: gaps, duplicate rows and irregular steps.</param>
/// <param name="Repairs">What was found and repaired; empty without a fill policy.</param>
public sealed record TimeSeriesTable(
    ImmutableArray<SeriesRows> Series, TimeStep? Step, DataReport Warnings, DataReport Repairs);
