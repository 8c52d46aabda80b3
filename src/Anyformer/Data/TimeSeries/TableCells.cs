using System.Globalization;

namespace Anyformer.Data.TimeSeries;

/// <summary>The dates and numbers of a table, with the line that each row came from; NaN stands for a missing number.</summary>
internal sealed class TableCells
{
    private static readonly string[] s_missingWords = ["nan", "na", "n/a", "#n/a", "null", "none"];

    public required DateTime[] Times { get; set; }

    /// <summary>Shape (rows, columns) in row-major order.</summary>
    public required double[] Values { get; set; }

    public required int[] Lines { get; set; }

    /// <summary>Whether a row has no value to forecast; all false where no column is known ahead.</summary>
    public required bool[] Blank { get; set; }

    public required int ColumnCount { get; init; }

    public required int VariateCount { get; init; }

    public int RowCount => Times.Length;

    /// <summary>Rows up to the last that is not blank; those after it are the future.</summary>
    public int HistoryCount => Array.LastIndexOf(Blank, false) + 1;

    public Span<double> Row(int row) => Values.AsSpan(row * ColumnCount, ColumnCount);

    /// <summary>Reads every row that has a date; what is wrong with a cell goes to the log.</summary>
    public static TableCells Read(TableRows rows, string name, TableLayout layout, TimeSeriesReadOptions options, DataProblemLog log)
    {
        var (times, values, lines, blank) = (new List<DateTime>(), new List<double>(), new List<int>(), new List<bool>());
        var dates = new DateReader(options.DateFormat);
        while (rows.Read())
        {
            if (Array.MaxLength - values.Count < layout.Columns.Length)
                throw new UserException(FormattableString.Invariant($"{name}: the table holds more than {Array.MaxLength} values."));
            var isRagged = rows.Count != layout.Header.Length;
            if (isRagged)
                log.Add(DataProblemKind.RaggedRow, rows.Line, Math.Min(rows.Count, layout.Header.Length) + 1,
                    (Fields: rows.Count, Header: layout.Header.Length),
                    found => FormattableString.Invariant($"the row has {found.Fields} fields, the header has {found.Header}"));
            if (!TryReadDate(rows, layout, dates, log, out var time))
                continue;
            times.Add(time);
            lines.Add(rows.Line);
            var isBlank = !isRagged && layout.KnownColumns.Length > 0 && Array.TrueForAll(layout.VariateColumns, column => IsMissing(rows[column]));
            blank.Add(isBlank);
            foreach (var column in layout.VariateColumns)
                values.Add(isRagged || isBlank ? double.NaN : ReadNumber(rows, name, layout, column, TryParse, log));
            foreach (var column in layout.KnownColumns)
                values.Add(isRagged ? double.NaN : ReadNumber(rows, name, layout, column, TryParseKnown, log));
        }
        dates.Settle(times, name, layout.Header[layout.DateColumn]);
        return new TableCells
        {
            Times = [.. times],
            Values = [.. values],
            Lines = [.. lines],
            Blank = [.. blank],
            ColumnCount = layout.Columns.Length,
            VariateCount = layout.VariateColumns.Length,
        };
    }

    public static void ReportMissing(int line, TableLayout layout, int column, DataProblemLog log) =>
        log.Add(DataProblemKind.MissingValue, line, column + 1, layout.Header[column], found => $"the value in '{found}' is missing");

    /// <summary>Whether a cell says that there is nothing in it.</summary>
    public static bool IsMissing(string text)
    {
        var word = text.Trim();
        return word.Length == 0 || s_missingWords.Contains(word, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reads a number, or true and false as 1 and 0.</summary>
    public static bool TryParseKnown(string text, out double value)
    {
        var isTruth = bool.TryParse(text, out var truth);
        value = truth ? 1 : 0;
        return isTruth || TryParse(text, out value);
    }

    private static bool TryReadDate(TableRows rows, TableLayout layout, DateReader dates, DataProblemLog log, out DateTime time)
    {
        var text = layout.DateColumn < rows.Count ? rows[layout.DateColumn] : "";
        if (dates.TryRead(text, out time))
            return true;
        log.Add(DataProblemKind.NotADate, rows.Line, layout.DateColumn + 1, (Cell: text, Column: layout.Header[layout.DateColumn]),
            found => IsMissing(found.Cell)
                ? $"the date in '{found.Column}' is missing"
                : $"'{TableLayout.Shorten(found.Cell)}' in '{found.Column}' is not a date");
        return false;
    }

    private delegate bool Parser(string text, out double value);

    private static double ReadNumber(TableRows rows, string name, TableLayout layout, int column, Parser parse, DataProblemLog log)
    {
        var text = rows[column];
        if (parse(text, out var value) && double.IsFinite(value))
            return value;
        if (IsMissing(text))
            ReportMissing(rows.Line, layout, column, log);
        else if (HasDecimalComma(text))
            throw new UserException(
                FormattableString.Invariant($"{name}: line {rows.Line}, column {column + 1}: '{TableLayout.Shorten(text)}' ")
                + $"in '{layout.Header[column]}' has a decimal comma, expected a decimal point.");
        else
            log.Add(DataProblemKind.NotANumber, rows.Line, column + 1, (Cell: text, Column: layout.Header[column]),
                found => $"'{TableLayout.Shorten(found.Cell)}' in '{found.Column}' is not a number");
        return double.NaN;
    }

    private static bool TryParse(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool HasDecimalComma(string text)
    {
        var comma = text.LastIndexOf(',');
        return comma > text.LastIndexOf('.') && TryParse(text.Replace(".", "").Replace(',', '.'), out _);
    }
}
