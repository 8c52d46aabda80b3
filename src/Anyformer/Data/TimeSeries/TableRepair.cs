namespace Anyformer.Data.TimeSeries;

/// <summary>Repairs a sorted table: one row for each time, every step present, every value a number unless missing ones are masked.</summary>
internal static class TableRepair
{
    // One wrong year in a file of minutes would otherwise ask for millions of rows.
    private const int LargestGrowth = 10;
    private const int SmallTable = 1000;

    public static void Repair(TableCells table, TableLayout layout, string name, TimeStep? step, FillPolicy fill)
    {
        Regularize(table, name, step);
        for (var column = 0; column < table.ColumnCount; column++)
        {
            var isKnown = column >= table.VariateCount;
            var rows = isKnown ? table.RowCount : table.HistoryCount;
            var first = FindNumber(table, rows, column, 0);
            if (first == rows)
                throw new UserException($"{name}: the column '{layout.NameOf(column)}' holds no number.");
            if (fill != FillPolicy.Mask)
                FillColumn(table, rows, column, first, fill);
            else if (isKnown)
                FillColumn(table, rows, column, first, FillPolicy.Forward);
        }
    }

    /// <summary>Keeps the last row of each time and puts rows of missing values where steps were left out.</summary>
    private static void Regularize(TableCells table, string name, TimeStep? step)
    {
        var rows = CountRows(table, step);
        if (rows > (long)LargestGrowth * table.RowCount + SmallTable || rows * table.ColumnCount > Array.MaxLength)
            throw new UserException(FormattableString.Invariant(
                $"{name}: filling the gaps at a step of {step} would make {rows} rows of {table.RowCount}; is a date wrong?"));
        var times = new DateTime[rows];
        var values = new double[rows * table.ColumnCount];
        Array.Fill(values, double.NaN);
        var target = 0;
        for (var row = 0; row < table.RowCount; row++)
        {
            if (!IsLastOfItsTime(table, row))
                continue;
            for (var missing = Missing(table, row, step); missing > 0; missing--)
                times[target] = step!.Add(times[target++ - 1], 1);
            times[target] = table.Times[row];
            table.Row(row).CopyTo(values.AsSpan(target++ * table.ColumnCount));
        }
        (table.Times, table.Values) = (times, values);
        table.Blank = new bool[rows];
        if (table.VariateCount < table.ColumnCount)
            for (var row = 0; row < rows; row++)
                table.Blank[row] = HasNoNumber(table.Row(row)[..table.VariateCount]);
    }

    private static bool HasNoNumber(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            if (!double.IsNaN(value))
                return false;
        return true;
    }

    private static long CountRows(TableCells table, TimeStep? step)
    {
        long rows = 0;
        for (var row = 0; row < table.RowCount; row++)
            if (IsLastOfItsTime(table, row))
                rows += 1 + Missing(table, row, step);
        return rows;
    }

    private static bool IsLastOfItsTime(TableCells table, int row) => row + 1 == table.RowCount || table.Times[row + 1] != table.Times[row];

    /// <summary>Rows left out before a row: before the first row that has its time.</summary>
    private static long Missing(TableCells table, int row, TimeStep? step)
    {
        var above = row - 1;
        while (above >= 0 && table.Times[above] == table.Times[row])
            above--;
        return above < 0 || step is null ? 0 : (step.CountBetween(table.Times[above], table.Times[row]) ?? 1) - 1;
    }

    private static void FillColumn(TableCells table, int rows, int column, int first, FillPolicy fill)
    {
        var before = -1;
        var after = first;
        for (var row = 0; row < rows; row++)
        {
            ref var value = ref table.Row(row)[column];
            if (!double.IsNaN(value))
            {
                (before, after) = (row, -1);
                continue;
            }
            if (after < 0)
                after = FindNumber(table, rows, column, row);
            value = fill switch
            {
                FillPolicy.Zero => 0,
                FillPolicy.Linear => Interpolate(table, column, before, row, after < rows ? after : -1),
                _ => table.Row(before >= 0 ? before : after)[column],
            };
        }
    }

    private static int FindNumber(TableCells table, int rows, int column, int row)
    {
        while (row < rows && double.IsNaN(table.Row(row)[column]))
            row++;
        return row;
    }

    private static double Interpolate(TableCells table, int column, int before, int row, int after)
    {
        if (before < 0 || after < 0)
            return table.Row(before < 0 ? after : before)[column];
        var (from, to) = (table.Row(before)[column], table.Row(after)[column]);
        return from + (to - from) * ((table.Times[row] - table.Times[before]) / (table.Times[after] - table.Times[before]));
    }
}
