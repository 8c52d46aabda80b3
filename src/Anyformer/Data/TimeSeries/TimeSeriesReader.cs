using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Reads time series from a delimited text file, plain or gzip-compressed, with a header line, one column of times and columns of numbers
/// with a decimal point. Times may carry an offset (then they become UTC). A column of ids divides the rows among several series.
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
    /// <summary>Reads the one series of the file at <paramref name="path"/>.</summary>
    /// <exception cref="UserException">
    /// The file cannot be opened, is no table of a time series, or has problems and no fill policy is given.
    /// </exception>
    public static TimeSeriesReading Read(string path, TimeSeriesReadOptions? options = null)
    {
        using var text = TableFile.Open(path);
        return Read(text, path, options);
    }

    /// <summary>Reads one series from <paramref name="text"/>; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="UserException">The text is no table of a time series, or has problems and no fill policy is given.</exception>
    public static TimeSeriesReading Read(TextReader text, string name, TimeSeriesReadOptions? options = null)
    {
        var table = ReadAll(text, name, (options ?? new TimeSeriesReadOptions()) with { IdColumn = null });
        return new TimeSeriesReading((TimeSeries)table.Series[0], table.Warnings, table.Repairs);
    }

    /// <summary>Reads every series of the file at <paramref name="path"/>.</summary>
    /// <exception cref="UserException">
    /// The file cannot be opened, is no table of time series, or has problems and no fill policy is given.
    /// </exception>
    public static TimeSeriesTable ReadAll(string path, TimeSeriesReadOptions options)
    {
        using var text = TableFile.Open(path);
        return ReadAll(text, path, options);
    }

    /// <summary>Reads every series from <paramref name="text"/>; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="UserException">The text is no table of time series, or has problems and no fill policy is given.</exception>
    public static TimeSeriesTable ReadAll(TextReader text, string name, TimeSeriesReadOptions options)
    {
        using var rows = new TableRows(text, name, options.Delimiter);
        var layout = TableLayout.Find(rows, name, options);
        var log = new DataProblemLog();
        var table = TableCells.Read(rows, name, layout, options, log);
        if (table.RowCount == 0)
            throw new UserException($"{name}: there is no row with a date below the header.");
        var order = RowOrder.Sort(table, layout, log);
        var step = RowOrder.Step(table, order);
        var list = new RowList(layout.Columns.Length);
        var regularizer = new TableRegularizer(layout, name, step, options.Fill, table.RowCount, list, log);
        foreach (var row in order)
            regularizer.Add(table.Ids[table.Series(row)], table.Time(row), table.Line(row), table.IsBlank(row), table.Numbers(row));
        regularizer.End();
        var (warnings, repairs) = Judge(regularizer.Segments, options.Fill, name, log);
        return new TimeSeriesTable([.. regularizer.Segments.Select(segment => Build(layout, list, segment, step))], step, warnings, repairs);
    }

    /// <summary>What of the problems is told: as warnings or as repairs.</summary>
    /// <exception cref="UserException">There is no value at all, or there are errors and nothing repairs them.</exception>
    internal static (DataReport Warnings, DataReport Repairs) Judge(
        IReadOnlyList<TableSegment> segments, FillPolicy fill, string name, DataProblemLog log)
    {
        if (segments.All(segment => segment.History == segment.Start))
            throw new UserException($"{name}: no row has a value to forecast, all have known columns alone.");
        if (fill == FillPolicy.None)
            ThrowOnErrors(log, name);
        return fill == FillPolicy.None
            ? (log.Report(_ => true), log.Report(_ => false))
            : (log.Report(kind => kind == DataProblemKind.IrregularStep), log.Report(kind => kind != DataProblemKind.IrregularStep));
    }

    private static TimeSeries Build(TableLayout layout, RowList rows, TableSegment segment, TimeStep? step)
    {
        var variates = layout.VariateColumns.Length;
        var known = new KnownColumns(
            layout.Known, Columns(rows, segment.Start, segment.End, variates, layout.KnownColumns.Length), [.. rows.Times[segment.History..segment.End]]);
        return new TimeSeries(
            layout.Variates, [.. rows.Times[segment.Start..segment.History]], Columns(rows, segment.Start, segment.History, 0, variates),
            known, segment.Id, step);
    }

    private static ImmutableArray<double> Columns(RowList rows, int start, int end, int first, int count)
    {
        var values = new double[(end - start) * count];
        for (var row = start; row < end; row++)
            rows[row].Slice(first, count).CopyTo(values.AsSpan((row - start) * count));
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
