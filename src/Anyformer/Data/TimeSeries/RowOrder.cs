using System.Globalization;

namespace Anyformer.Data.TimeSeries;

/// <summary>Checks the times of a table from row to row.</summary>
internal static class RowOrder
{
    /// <summary>
    /// Reports rows out of order, sorts them by series and time, and reports duplicates, gaps, irregular steps and rows without values that are
    /// not the future. Returns the step that the series have in common.
    /// </summary>
    public static TimeStep? Check(TableCells table, TableLayout layout, DataProblemLog log)
    {
        var column = layout.DateColumn + 1;
        ReportOutOfOrder(table, layout, log);
        if (!IsSorted(table))
            Sort(table);
        var step = Step(table);
        for (var row = 1; row < table.RowCount; row++)
            if (!table.GoesOn(row))
                continue;
            else if (table.Times[row] == table.Times[row - 1])
                ReportDuplicate(table, row, column, log);
            else if (step is not null)
                ReportDistance(table, row, column, step, log);
        if (step is null && table.RowCount > 2)
            log.Add(DataProblemKind.IrregularStep, table.Lines[1], column, table.RowCount,
                rows => FormattableString.Invariant($"the {rows} times have no regular step"));
        ReportBlank(table, layout, log);
        return step;
    }

    private static void ReportBlank(TableCells table, TableLayout layout, DataProblemLog log)
    {
        foreach (var segment in table.Segments())
            for (var row = segment.Start; row < segment.History; row++)
                for (var column = 0; table.Blank[row] && column < table.VariateCount; column++)
                    RecordReader.ReportMissing(table.Lines[row], layout, layout.Columns[column], log);
    }

    private static void ReportOutOfOrder(TableCells table, TableLayout layout, DataProblemLog log)
    {
        var latest = new DateTime[table.Ids.Count];
        for (var row = 0; row < table.RowCount; row++)
        {
            ref var before = ref latest[table.Series[row]];
            if (table.Times[row] < before)
                log.Add(DataProblemKind.OutOfOrder, table.Lines[row], layout.DateColumn + 1,
                    (Now: table.Times[row], Before: before, Id: table.Ids[table.Series[row]]),
                    found => $"the time {Text(found.Now)} is before that of the row above{Of(found.Id)}, {Text(found.Before)}");
            before = table.Times[row];
        }
    }

    private static bool IsSorted(TableCells table)
    {
        for (var row = 1; row < table.RowCount; row++)
            if (table.Series[row] < table.Series[row - 1] || (table.GoesOn(row) && table.Times[row] < table.Times[row - 1]))
                return false;
        return true;
    }

    private static TimeStep? Step(TableCells table)
    {
        var inference = new TimeStepInference();
        for (var row = 0; row < table.RowCount; row++)
        {
            if (!table.GoesOn(row))
                inference.BeginSeries();
            inference.Add(table.Times[row]);
        }
        return inference.Step;
    }

    private static void Sort(TableCells table)
    {
        // OrderBy is stable: of rows with one time, the last stays the last.
        var order = Enumerable.Range(0, table.RowCount).OrderBy(row => (table.Series[row], table.Times[row])).ToArray();
        var values = new double[table.Values.Length];
        for (var row = 0; row < order.Length; row++)
            table.Row(order[row]).CopyTo(values.AsSpan(row * table.ColumnCount));
        table.Times = Array.ConvertAll(order, row => table.Times[row]);
        table.Series = Array.ConvertAll(order, row => table.Series[row]);
        table.Lines = Array.ConvertAll(order, row => table.Lines[row]);
        table.Blank = Array.ConvertAll(order, row => table.Blank[row]);
        table.Values = values;
    }

    private static void ReportDuplicate(TableCells table, int row, int column, DataProblemLog log)
    {
        var same = table.Row(row).SequenceEqual(table.Row(row - 1));
        log.Add(same ? DataProblemKind.DuplicateRow : DataProblemKind.DuplicateTime, table.Lines[row], column,
            (Time: table.Times[row], Line: table.Lines[row - 1], Values: same ? "the same" : "other"),
            found => FormattableString.Invariant($"line {found.Line} has the time {Text(found.Time)} too, with {found.Values} values"));
    }

    private static void ReportDistance(TableCells table, int row, int column, TimeStep step, DataProblemLog log)
    {
        var count = step.CountBetween(table.Times[row - 1], table.Times[row]);
        if (count == 1)
            return;
        log.Add(count is null ? DataProblemKind.IrregularStep : DataProblemKind.Gap, table.Lines[row], column,
            (From: table.Times[row - 1], To: table.Times[row], Step: step, Missing: count - 1),
            found => FormattableString.Invariant($"from {Text(found.From)} to {Text(found.To)} ") + (found.Missing is { } missing
                ? FormattableString.Invariant($"{missing} {(missing == 1 ? "row is" : "rows are")} missing at a step of {found.Step}")
                : $"is no whole number of steps of {found.Step}"));
    }

    private static string Of(string id) => id.Length == 0 ? "" : $" of '{id}'";

    private static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
