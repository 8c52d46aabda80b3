namespace Anyformer.Data.TimeSeries;

/// <summary>The rows of one series among those of a sorted table.</summary>
/// <param name="Id">Which series: the index of its id.</param>
/// <param name="Start">Its first row.</param>
/// <param name="History">The row after the last one that has a value.</param>
/// <param name="End">The row after its last one: from <paramref name="History"/> to here is the future.</param>
internal readonly record struct TableSegment(int Id, int Start, int History, int End);

/// <summary>The times, ids and numbers of a table, with the line that each row came from; NaN stands for a missing number.</summary>
internal sealed class TableCells
{
    public required DateTime[] Times { get; set; }

    /// <summary>The series of every row: the index of its id.</summary>
    public required int[] Series { get; set; }

    /// <summary>Shape (rows, columns) in row-major order.</summary>
    public required double[] Values { get; set; }

    public required int[] Lines { get; set; }

    /// <summary>Whether a row has no value to forecast; all false where no column is known ahead.</summary>
    public required bool[] Blank { get; set; }

    /// <summary>The ids in the order in which they came.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    public required int ColumnCount { get; init; }

    public required int VariateCount { get; init; }

    public int RowCount => Times.Length;

    public Span<double> Row(int row) => Values.AsSpan(row * ColumnCount, ColumnCount);

    /// <summary>Whether a row is of the same series as the one above.</summary>
    public bool GoesOn(int row) => row > 0 && Series[row] == Series[row - 1];

    /// <summary>The series of a sorted table, one after the other.</summary>
    public IEnumerable<TableSegment> Segments()
    {
        for (int start = 0, end; start < RowCount; start = end)
        {
            for (end = start + 1; end < RowCount && GoesOn(end);)
                end++;
            var history = end;
            while (history > start && Blank[history - 1])
                history--;
            yield return new TableSegment(Series[start], start, history, end);
        }
    }

    /// <summary>Reads every row that has a time and an id.</summary>
    public static TableCells Read(TableRows rows, string name, TableLayout layout, TimeSeriesReadOptions options, DataProblemLog log)
    {
        var (times, series, lines) = (new List<DateTime>(), new List<int>(), new List<int>());
        var (values, blank, ids) = (new List<double>(), new List<bool>(), new Dictionary<string, int>());
        var reader = new RecordReader(rows, name, layout, options.DateFormat, log);
        while (reader.Read())
        {
            if (Array.MaxLength - values.Count < layout.Columns.Length)
                throw new UserException(FormattableString.Invariant($"{name}: the table holds more than {Array.MaxLength} values."));
            times.Add(reader.Time);
            if (!ids.TryGetValue(reader.Id, out var id))
                ids.Add(reader.Id, id = ids.Count);
            series.Add(id);
            lines.Add(reader.Line);
            blank.Add(reader.IsBlank);
            values.AddRange(reader.Numbers);
        }
        reader.Dates.Settle(times, name, layout.Header[layout.DateColumn]);
        return new TableCells
        {
            Times = [.. times],
            Series = [.. series],
            Values = [.. values],
            Lines = [.. lines],
            Blank = [.. blank],
            Ids = [.. ids.OrderBy(pair => pair.Value).Select(pair => pair.Key)],
            ColumnCount = layout.Columns.Length,
            VariateCount = layout.VariateColumns.Length,
        };
    }
}
