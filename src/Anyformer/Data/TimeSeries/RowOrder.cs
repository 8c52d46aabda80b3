namespace Anyformer.Data.TimeSeries;

/// <summary>The order of the rows of a table: series after series, each by its times.</summary>
internal static class RowOrder
{
    /// <summary>The rows in order, which may be another than that of the table; rows of one series out of order are reported.</summary>
    public static int[] Sort(TableCells table, TableLayout layout, DataProblemLog log)
    {
        ReportOutOfOrder(table, layout, log);
        int[] order = [.. Enumerable.Range(0, table.RowCount)];
        // OrderBy is stable: of rows with one time, the last stays the last.
        return IsSorted(table) ? order : [.. order.OrderBy(row => (table.Series(row), table.Time(row)))];
    }

    /// <summary>The step that the series of a table have in common.</summary>
    public static TimeStep? Step(TableCells table, int[] order)
    {
        var inference = new TimeStepInference();
        var series = -1;
        foreach (var row in order)
        {
            if (table.Series(row) != series)
                inference.BeginSeries();
            series = table.Series(row);
            inference.Add(table.Time(row));
        }
        return inference.Step;
    }

    private static void ReportOutOfOrder(TableCells table, TableLayout layout, DataProblemLog log)
    {
        var latest = new DateTime[table.Ids.Count];
        for (var row = 0; row < table.RowCount; row++)
        {
            ref var before = ref latest[table.Series(row)];
            if (table.Time(row) < before)
                log.Add(DataProblemKind.OutOfOrder, table.Line(row), layout.DateColumn + 1,
                    (Now: table.Time(row), Before: before, Id: table.Ids[table.Series(row)]),
                    found => $"the time {TableCell.Text(found.Now)} is before that of the row above{Of(found.Id)}, {TableCell.Text(found.Before)}");
            before = table.Time(row);
        }
    }

    private static bool IsSorted(TableCells table)
    {
        for (var row = 1; row < table.RowCount; row++)
            if (table.Series(row) < table.Series(row - 1) || (table.Series(row) == table.Series(row - 1) && table.Time(row) < table.Time(row - 1)))
                return false;
        return true;
    }

    private static string Of(string id) => id.Length == 0 ? "" : $" of '{id}'";
}
