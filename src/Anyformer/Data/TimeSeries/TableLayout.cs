using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Which columns of a table are read: the dates, the ids of series (-1 without such), and the numbers, first those of the series in their order,
/// then those known ahead.
/// </summary>
internal sealed record TableLayout(string[] Header, int DateColumn, int IdColumn, int[] VariateColumns, int[] KnownColumns)
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
        var id = options.IdColumn is { } ids ? IndexOf(header, ids, name) : -1;
        var date = options.DateColumn is { } given
            ? IndexOf(header, given, name)
            : FindDateColumn(header, id, sample, name, options.DateFormat);
        if (new DateReader(options.DateFormat).TryRead(header[date], out _))
            throw new UserException($"{name}: the first line holds the date '{header[date]}', expected a header with the names of the columns.");
        if (id == date)
            throw new UserException($"{name}: '{header[date]}' is the date column, expected another column of ids.");
        int[] known = [.. options.Known.Distinct().Select(column => IndexOf(header, column, name))];
        var layout = new TableLayout(header, date, id, VariateColumnsOf(header, date, id, known, name, options), known);
        layout.RequireNumbers(sample, name);
        return layout;
    }

    /// <summary>The names of the columns to forecast.</summary>
    public ImmutableArray<string> Variates => [.. VariateColumns.Select(column => Header[column])];

    /// <summary>The names of the columns known ahead.</summary>
    public ImmutableArray<string> Known => [.. KnownColumns.Select(column => Header[column])];

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

    private static int FindDateColumn(string[] header, int id, IReadOnlyList<string[]> sample, string name, string? format)
    {
        var columns =
            from column in Enumerable.Range(0, header.Length)
            let dates = CountDates(sample, column, format)
            where column != id && dates * 2 > sample.Count
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

    private void RequireNumbers(IReadOnlyList<string[]> sample, string name)
    {
        foreach (var column in Columns)
            if (column == DateColumn || column == IdColumn)
                throw new UserException(
                    $"{name}: '{Shorten(Header[column])}' is the {(column == DateColumn ? "date" : "id")} column, expected a column of numbers.");
        foreach (var column in KnownColumns)
        {
            var cells = sample.Where(row => column < row.Length && !TableCell.IsMissing(row[column])).Select(row => row[column]).ToArray();
            if (cells.Length > 0 && !cells.Any(cell => TableCell.TryParseKnown(cell, out _)))
                throw new UserException(
                    $"{name}: the known column '{Shorten(Header[column])}' holds text such as '{Shorten(cells[0])}', expected numbers or true and false.");
        }
    }

    private static int[] VariateColumnsOf(string[] header, int date, int id, int[] known, string name, TimeSeriesReadOptions options)
    {
        List<int> columns = options.Columns is { } names
            ? [.. names.Distinct().Select(column => IndexOf(header, column, name))]
            : [.. Enumerable.Range(0, header.Length).Where(column => column != date && column != id && !known.Contains(column))];
        if (columns.Intersect(known).Select(column => header[column]).FirstOrDefault() is { } both)
            throw new UserException($"{name}: the column '{both}' is to be forecast and known ahead, expected one of the two.");
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
