using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Reads a time series from a delimited text file, plain or gzip-compressed, with a header line, one column of times and columns of numbers
/// with a decimal point. Times may carry an offset (then they become UTC).
/// </summary>
/// <remarks>
/// Without a fill policy, values that are missing or no numbers, unreadable dates, ragged rows, rows out of order and two different
/// rows for one time are errors: the first is named with line and column, the others counted. Gaps, rows that repeat the row before and
/// irregular steps take no value away, and published benchmark files have them, so they are read as they stand and returned as
/// warnings. With a fill policy rows are sorted, the last row of each time is kept, missing steps are inserted and missing values
/// filled, or kept as missing with <see cref="FillPolicy.Mask"/>; all of it is reported. A decimal comma is an error always: repairing it would mean guessing.
/// </remarks>
public static class TimeSeriesReader
{
    /// <summary>Reads the file at <paramref name="path"/>.</summary>
    /// <exception cref="UserException">
    /// The file cannot be opened, is no table of a time series, or has problems and no fill policy is given.
    /// </exception>
    public static TimeSeriesReading Read(string path, TimeSeriesReadOptions? options = null)
    {
        using var text = TableFile.Open(path);
        return Read(text, path, options);
    }

    /// <summary>Reads from <paramref name="text"/>; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="UserException">The text is no table of a time series, or has problems and no fill policy is given.</exception>
    public static TimeSeriesReading Read(TextReader text, string name, TimeSeriesReadOptions? options = null)
    {
        options ??= new TimeSeriesReadOptions();
        using var rows = new TableRows(text, name, options.Delimiter);
        var layout = TableLayout.Find(rows, name, options);
        var log = new DataProblemLog();
        var table = TableCells.Read(rows, name, layout, options, log);
        if (table.RowCount == 0)
            throw new UserException($"{name}: there is no row with a date below the header.");
        var step = RowOrder.Check(table, layout, log);
        if (table.HistoryCount == 0)
            throw new UserException($"{name}: no row has a value to forecast, all have known columns alone.");
        if (options.Fill == FillPolicy.None)
        {
            ThrowOnErrors(log, name);
            return new TimeSeriesReading(Build(layout, table), Warnings: log.Report(_ => true), Repairs: log.Report(_ => false));
        }
        TableRepair.Repair(table, layout, name, step, options.Fill);
        return new TimeSeriesReading(
            Build(layout, table),
            Warnings: log.Report(kind => kind == DataProblemKind.IrregularStep),
            Repairs: log.Report(kind => kind != DataProblemKind.IrregularStep));
    }

    private static TimeSeries Build(TableLayout layout, TableCells table)
    {
        var (variates, history) = (table.VariateCount, table.HistoryCount);
        var known = new KnownColumns(
            [.. layout.KnownColumns.Select(column => layout.Header[column])], Columns(table, table.RowCount, variates..), [.. table.Times[history..]]);
        return new TimeSeries(
            [.. layout.VariateColumns.Select(column => layout.Header[column])],
            ImmutableCollectionsMarshal.AsImmutableArray(history == table.RowCount ? table.Times : table.Times[..history]),
            Columns(table, history, ..variates), known);
    }

    /// <summary>Some columns of the first rows; the array itself when it is all.</summary>
    private static ImmutableArray<double> Columns(TableCells table, int rows, Range columns)
    {
        var (first, count) = columns.GetOffsetAndLength(table.ColumnCount);
        if (count == table.ColumnCount && rows == table.RowCount)
            return ImmutableCollectionsMarshal.AsImmutableArray(table.Values);
        var values = new double[rows * count];
        for (var row = 0; row < rows; row++)
            table.Row(row).Slice(first, count).CopyTo(values.AsSpan(row * count));
        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }

    private static void ThrowOnErrors(DataProblemLog log, string name)
    {
        var errors = log.Report(kind => !IsWarning(kind));
        if (errors.Total == 0)
            return;
        var first = errors.Problems[0];
        var all = errors.Total == 1 ? "" : FormattableString.Invariant($" ({errors.Total} problems in all: {errors.Summary})");
        throw new UserException($"{name}: {first}{all}; fill (forward, linear, zero or mask) repairs it.");
    }

    private static bool IsWarning(DataProblemKind kind) =>
        kind is DataProblemKind.DuplicateRow or DataProblemKind.Gap or DataProblemKind.IrregularStep;
}
