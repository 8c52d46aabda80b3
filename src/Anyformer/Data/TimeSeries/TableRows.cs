using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Anyformer.Data.TimeSeries;

/// <summary>The rows of a delimited text, one at a time, blank lines left out. Rows looked at ahead of time are given again.</summary>
internal sealed class TableRows : IDisposable
{
    /// <summary>Characters of a field at most; a longer one is text, or a quote that nobody closed.</summary>
    private const int LongestField = 1 << 16;
    private const int DetectionLength = 1 << 14;
    private const int BufferSize = 1 << 16;

    private readonly CsvParser parser;
    private readonly string name;
    private readonly Queue<(int Line, string[] Fields)> ahead = new();
    private string[]? fields;

    public TableRows(TextReader text, string name, char? delimiter)
    {
        this.name = name;
        var guarded = new GuardedTextReader(text, name);
        var start = ReadStart(guarded);
        if (string.IsNullOrWhiteSpace(start))
            throw new UserException($"{name}: the file is empty, expected a header line and rows.");
        parser = new CsvParser(new PrefixedTextReader(start, guarded), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = (delimiter ?? Detect(start)).ToString(),
            BadDataFound = null,
            MaxFieldSize = LongestField,
            BufferSize = BufferSize,
        });
    }

    /// <summary>Line of the current row, from 1: the last one where a quoted field holds line ends.</summary>
    public int Line { get; private set; }

    /// <summary>Fields of the current row.</summary>
    public int Count => fields?.Length ?? parser.Count;

    /// <summary>A field of the current row.</summary>
    public string this[int column] => fields?[column] ?? parser[column];

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Read()
    {
        if (!ahead.TryDequeue(out var row))
            return ReadParser();
        (Line, fields) = row;
        return true;
    }

    /// <summary>The next rows, at most <paramref name="count"/>, without going there.</summary>
    public IReadOnlyList<string[]> Peek(int count)
    {
        while (ahead.Count < count && ReadParser())
            ahead.Enqueue((Line, [.. Enumerable.Range(0, parser.Count).Select(column => parser[column])]));
        return [.. ahead.Select(row => row.Fields)];
    }

    public void Dispose() => parser.Dispose();

    private bool ReadParser()
    {
        fields = null;
        try
        {
            do
            {
                if (!parser.Read())
                    return false;
            }
            while (parser.Count == 1 && string.IsNullOrWhiteSpace(parser[0]));
        }
        catch (MaxFieldSizeException error)
        {
            throw new UserException(FormattableString.Invariant(
                $"{name}: after line {Line} a field is longer than {LongestField} characters; is a quote left open?"), error);
        }
        Line = parser.RawRow;
        return true;
    }

    private static string ReadStart(TextReader text)
    {
        var buffer = new char[DetectionLength];
        return new string(buffer, 0, text.ReadBlock(buffer, 0, buffer.Length));
    }

    // A file without any delimiter has one column; the layout says so.
    private static char Detect(string start)
    {
        var lines = start.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).ToArray();
        var whole = start.Length == DetectionLength && lines.Length > 1 ? lines[..^1] : lines;
        return DelimiterDetector.Detect(whole) ?? DelimiterDetector.Candidates[0];
    }
}
