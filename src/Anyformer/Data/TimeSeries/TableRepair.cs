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
        foreach (var segment in table.Segments())
            for (var column = 0; column < table.ColumnCount; column++)
                if (!TryFill(new Column(table, column, segment), fill))
                    throw new UserException($"{name}: the column '{layout.Header[layout.Columns[column]]}'"
                        + $"{(layout.IdColumn < 0 ? "" : $" of '{table.Ids[segment.Id]}'")} holds no number.");
    }

    /// <summary>Keeps the last row of each time and puts rows of missing values where steps were left out.</summary>
    private static void Regularize(TableCells table, string name, TimeStep? step)
    {
        var rows = CountRows(table, step);
        if (rows > (long)LargestGrowth * table.RowCount + SmallTable || rows * table.ColumnCount > Array.MaxLength)
            throw new UserException(FormattableString.Invariant(
                $"{name}: filling the gaps at a step of {step} would make {rows} rows of {table.RowCount}; is a date wrong?"));
        var (times, series, values) = (new DateTime[rows], new int[rows], new double[rows * table.ColumnCount]);
        Array.Fill(values, double.NaN);
        var target = 0;
        for (var row = 0; row < table.RowCount; row++)
        {
            if (!IsLastOfItsTime(table, row))
                continue;
            var count = 1 + (int)Missing(table, row, step);
            series.AsSpan(target, count).Fill(table.Series[row]);
            for (; count > 1; count--)
                times[target] = step!.Add(times[target++ - 1], 1);
            times[target] = table.Times[row];
            table.Row(row).CopyTo(values.AsSpan(target++ * table.ColumnCount));
        }
        (table.Times, table.Series, table.Values) = (times, series, values);
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

    private static bool IsLastOfItsTime(TableCells table, int row) =>
        row + 1 == table.RowCount || table.Times[row + 1] != table.Times[row] || !table.GoesOn(row + 1);

    /// <summary>Rows left out before a row: before the first row that has its time.</summary>
    private static long Missing(TableCells table, int row, TimeStep? step)
    {
        var first = row;
        while (table.GoesOn(first) && table.Times[first - 1] == table.Times[row])
            first--;
        return step is null || !table.GoesOn(first) ? 0 : (step.CountBetween(table.Times[first - 1], table.Times[row]) ?? 1) - 1;
    }

    /// <summary>Fills a column; false when it holds no number to fill from.</summary>
    private static bool TryFill(Column column, FillPolicy fill)
    {
        // A column known ahead cannot be masked; a series of several may have a column that it has nothing in.
        var isMasked = fill == FillPolicy.Mask && !column.IsKnown;
        var after = column.NextNumber(column.Start);
        if (after == column.End)
            return column.Start == column.End || (isMasked && column.IsOfMany);
        var before = -1;
        for (var row = column.Start; row < column.End && !isMasked; row++)
            if (!double.IsNaN(column[row]))
                (before, after) = (row, -1);
            else
            {
                after = after < 0 ? column.NextNumber(row) : after;
                column[row] = fill switch
                {
                    FillPolicy.Zero => 0,
                    FillPolicy.Linear when before >= 0 && after < column.End => column.Between(before, row, after),
                    _ => column[before >= 0 ? before : after],
                };
            }
        return true;
    }

    /// <summary>A column of one series: of its history, or of its future too when it is known ahead.</summary>
    private readonly struct Column(TableCells table, int index, TableSegment segment)
    {
        public bool IsKnown => index >= table.VariateCount;

        public bool IsOfMany => table.Ids.Count > 1;

        public int Start => segment.Start;

        public int End => IsKnown ? segment.End : segment.History;

        public ref double this[int row] => ref table.Values[row * table.ColumnCount + index];

        /// <summary>The first row from a given one on that has a number; the end without such.</summary>
        public int NextNumber(int row)
        {
            while (row < End && double.IsNaN(this[row]))
                row++;
            return row;
        }

        /// <summary>On the line, over time, between two rows.</summary>
        public double Between(int before, int row, int after) => this[before] + (this[after] - this[before])
            * ((table.Times[row] - table.Times[before]) / (table.Times[after] - table.Times[before]));
    }
}
