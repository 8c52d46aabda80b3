namespace Anyformer.Data.TimeSeries;

/// <summary>Reads the rows of a table one after the other: time, id and numbers. What is wrong with a cell goes to the log.</summary>
internal sealed class RecordReader(TableRows rows, string name, TableLayout layout, DateReader dates, DataProblemLog log)
{
    private delegate bool Parser(string text, out double value);

    /// <summary>Line of the current row.</summary>
    public int Line => rows.Line;

    /// <summary>Time of the current row.</summary>
    public DateTime Time { get; private set; }

    /// <summary>Id of the current row; empty in a table of one series.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Numbers of the current row in the order of <see cref="TableLayout.Columns"/>; NaN where missing.</summary>
    public double[] Numbers { get; } = new double[layout.Columns.Length];

    /// <summary>
    /// Whether the current row has known columns alone, so that it may be one of the future. If it is not, its values are missing, and the log
    /// does not know it yet.
    /// </summary>
    public bool IsBlank { get; private set; }

    /// <summary>Goes to the next row that has a time and an id; false at the end.</summary>
    public bool Read()
    {
        while (rows.Read())
        {
            var isRagged = rows.Count != layout.Header.Length;
            if (isRagged)
                log.Add(DataProblemKind.RaggedRow, rows.Line, Math.Min(rows.Count, layout.Header.Length) + 1,
                    (Fields: rows.Count, Header: layout.Header.Length),
                    found => FormattableString.Invariant($"the row has {found.Fields} fields, the header has {found.Header}"));
            if (!TryReadDate() || !TryReadId())
                continue;
            ReadNumbers(isRagged);
            return true;
        }
        return false;
    }

    private bool TryReadDate()
    {
        var text = layout.DateColumn < rows.Count ? rows[layout.DateColumn] : "";
        var isDate = dates.TryRead(text, out var time);
        Time = time;
        if (!isDate)
            log.Add(DataProblemKind.NotADate, rows.Line, layout.DateColumn + 1, (Cell: text, Column: layout.Header[layout.DateColumn]),
                found => TableCell.IsMissing(found.Cell)
                    ? $"the date in '{found.Column}' is missing"
                    : $"'{TableLayout.Shorten(found.Cell)}' in '{found.Column}' is not a date");
        return isDate;
    }

    private bool TryReadId()
    {
        if (layout.IdColumn < 0)
            return true;
        var text = layout.IdColumn < rows.Count ? rows[layout.IdColumn].Trim() : "";
        // Rows of one series mostly follow each other: the text is kept once.
        Id = text == Id ? Id : text;
        if (text.Length == 0)
            log.Add(DataProblemKind.MissingId, rows.Line, layout.IdColumn + 1, layout.Header[layout.IdColumn], found => $"the id in '{found}' is missing");
        return text.Length > 0;
    }

    private void ReadNumbers(bool isRagged)
    {
        Numbers.AsSpan().Fill(double.NaN);
        IsBlank = false;
        if (isRagged)
            return;
        IsBlank = layout.KnownColumns.Length > 0 && Array.TrueForAll(layout.VariateColumns, column => TableCell.IsMissing(rows[column]));
        for (var i = IsBlank ? layout.VariateColumns.Length : 0; i < Numbers.Length; i++)
            Numbers[i] = ReadNumber(layout.Columns[i], i < layout.VariateColumns.Length ? TableCell.TryParse : TableCell.TryParseKnown);
    }

    private double ReadNumber(int column, Parser parse)
    {
        var text = rows[column];
        if (parse(text, out var value) && double.IsFinite(value))
            return value;
        if (TableCell.IsMissing(text))
            ReportMissing(rows.Line, layout, column, log);
        else if (TableCell.HasDecimalComma(text))
            throw new UserException(
                FormattableString.Invariant($"{name}: line {rows.Line}, column {column + 1}: '{TableLayout.Shorten(text)}' ")
                + $"in '{layout.Header[column]}' has a decimal comma, expected a decimal point.");
        else
            log.Add(DataProblemKind.NotANumber, rows.Line, column + 1, (Cell: text, Column: layout.Header[column]),
                found => $"'{TableLayout.Shorten(found.Cell)}' in '{found.Column}' is not a number");
        return double.NaN;
    }

    public static void ReportMissing(int line, TableLayout layout, int column, DataProblemLog log) =>
        log.Add(DataProblemKind.MissingValue, line, column + 1, layout.Header[column], found => $"the value in '{found}' is missing");
}
