namespace Anyformer.Data.TimeSeries;

/// <summary>Which columns of a table are read: the dates and the numbers, first those of the series in its order, then those known ahead.</summary>
internal sealed record TableLayout(string[] Header, int DateColumn, int[] VariateColumns, int[] KnownColumns)
{
    private const int SampleRows = 100;
    private const int NamesInMessages = 20;
    private static readonly string[] s_dateNames = ["date", "time", "datetime", "timestamp", "ds"];

    /// <summary>All columns of numbers.</summary>
    public int[] Columns { get; } = [.. VariateColumns, .. KnownColumns];

    /// <summary>Reads the header, looks at the first rows and chooses the columns.</summary>
    public static TableLayout Find(TableRows rows, string name, TimeSeriesReadOptions options)
    {
        var header = ReadHeader(rows, name);
        var sample = rows.Peek(SampleRows);
        if (sample.Count == 0)
            throw new UserException($"{name}: there is no row below the header.");
        var date = options.DateColumn is { } given
            ? IndexOf(header, given, name)
            : FindDateColumn(header, sample, name, options.DateFormat);
        if (new DateReader(options.DateFormat).TryRead(header[date], out _))
            throw new UserException($"{name}: the first line holds the date '{header[date]}', expected a header with the names of the columns.");
        var known = KnownColumnsOf(header, date, sample, name, options);
        return new TableLayout(header, date, VariateColumnsOf(header, date, known, name, options), known);
    }

    public string NameOf(int column) => Header[Columns[column]];

    private static string[] ReadHeader(TableRows rows, string name)
    {
        rows.Read();
        var header = new string[rows.Count];
        for (var column = 0; column < header.Length; column++)
            header[column] = rows[column].Trim() is { Length: > 0 } text ? text : FormattableString.Invariant($"column {column + 1}");
        if (header.Length == 1)
            throw new UserException(
                $"{name}: there is one column ('{Shorten(header[0])}'), expected dates and at least one column of numbers, "
                + "separated by comma, semicolon, tab or pipe.");
        if (header.GroupBy(text => text).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UserException(
                $"{name}: the header names the column '{Shorten(twice.Key)}' {twice.Count()} times, expected different names.");
        return header;
    }

    private static int FindDateColumn(string[] header, IReadOnlyList<string[]> sample, string name, string? format)
    {
        var columns =
            from column in Enumerable.Range(0, header.Length)
            let dates = CountDates(sample, column, format)
            where dates * 2 > sample.Count
            orderby s_dateNames.Contains(header[column], StringComparer.OrdinalIgnoreCase) descending, dates descending, column
            select column;
        return columns.Append(-1).First() is var found and >= 0
            ? found
            : throw new UserException(
                $"{name}: no column holds dates in its first rows (columns: {Names(header)}); set data.date-column and, if need be, data.date-format.");
    }

    private static int CountDates(IReadOnlyList<string[]> sample, int column, string? format)
    {
        var dates = new DateReader(format);
        return sample.Count(row => column < row.Length && dates.TryRead(row[column], out _));
    }

    private static int[] KnownColumnsOf(string[] header, int date, IReadOnlyList<string[]> sample, string name, TimeSeriesReadOptions options)
    {
        int[] columns = [.. options.Known.Distinct().Select(column => IndexOf(header, column, name))];
        foreach (var column in columns)
        {
            var cells = sample.Where(row => column < row.Length && !TableCells.IsMissing(row[column])).Select(row => row[column]).ToArray();
            if (column == date)
                throw new UserException($"{name}: '{header[date]}' is the date column, expected known columns of numbers or true and false.");
            if (cells.Length > 0 && !cells.Any(cell => TableCells.TryParseKnown(cell, out _)))
                throw new UserException(
                    $"{name}: the known column '{Shorten(header[column])}' holds text such as '{Shorten(cells[0])}', expected numbers or true and false.");
        }
        return columns;
    }

    private static int[] VariateColumnsOf(string[] header, int date, int[] known, string name, TimeSeriesReadOptions options)
    {
        List<int> columns = options.Columns is { } names
            ? [.. names.Distinct().Select(column => IndexOf(header, column, name))]
            : [.. Enumerable.Range(0, header.Length).Where(column => column != date && !known.Contains(column))];
        if (columns.Intersect(known).Select(column => header[column]).FirstOrDefault() is { } both)
            throw new UserException($"{name}: the column '{both}' is to be forecast and known ahead, expected one of the two.");
        if (columns.Contains(date))
            throw new UserException($"{name}: '{header[date]}' is the date column, expected a column of numbers.");
        if (columns.Count == 0)
            throw new UserException($"{name}: no column of numbers is selected.");
        if (options.Target is { } target)
        {
            var last = IndexOf(header, target, name);
            if (!columns.Remove(last))
                throw new UserException(
                    $"{name}: the target '{target}' is not among the columns to read ({Names(columns.Select(column => header[column]))}).");
            columns.Add(last);
        }
        return [.. columns];
    }

    private static int IndexOf(string[] header, string column, string name) =>
        Array.IndexOf(header, column) is var index and >= 0
            ? index
            : throw new UserException($"{name}: there is no column '{column}' (columns: {Names(header)}).");

    private static string Names(IEnumerable<string> header)
    {
        var names = header.Take(NamesInMessages + 1).Select(Shorten).ToList();
        return string.Join(", ", names.Take(NamesInMessages)) + (names.Count > NamesInMessages ? ", ..." : "");
    }

    /// <summary>A cell short enough for a message.</summary>
    public static string Shorten(string cell) => cell.Length <= 40 ? cell : cell[..40] + "...";
}
