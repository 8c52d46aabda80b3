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

    private readonly CsvParser _parser;
    private readonly string _name;
    private readonly Queue<(int Line, string[] Fields)> _ahead = new();
    private string[]? _fields;

    public TableRows(TextReader text, string name, char? delimiter)
    {
        _name = name;
        var guarded = new GuardedTextReader(text, name);
        var start = ReadStart(guarded);
        if (string.IsNullOrWhiteSpace(start))
            throw new UserException($"{name}: the file is empty, expected a header line and rows.");
        _parser = new CsvParser(new PrefixedTextReader(start, guarded), new CsvConfiguration(CultureInfo.InvariantCulture)
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
    public int Count => _fields?.Length ?? _parser.Count;

    /// <summary>A field of the current row.</summary>
    public string this[int column] => _fields?[column] ?? _parser[column];

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Read()
    {
        if (!_ahead.TryDequeue(out var row))
            return ReadParser();
        (Line, _fields) = row;
        return true;
    }

    /// <summary>The next rows, at most <paramref name="count"/>, without going there.</summary>
    public IReadOnlyList<string[]> Peek(int count)
    {
        while (_ahead.Count < count && ReadParser())
            _ahead.Enqueue((Line, [.. Enumerable.Range(0, _parser.Count).Select(column => _parser[column])]));
        return [.. _ahead.Select(row => row.Fields)];
    }

    public void Dispose() => _parser.Dispose();

    private bool ReadParser()
    {
        _fields = null;
        try
        {
            do
            {
                if (!_parser.Read())
                    return false;
            }
            while (_parser.Count == 1 && string.IsNullOrWhiteSpace(_parser[0]));
        }
        catch (MaxFieldSizeException error)
        {
            throw new UserException(FormattableString.Invariant(
                $"{_name}: after line {Line} a field is longer than {LongestField} characters; is a quote left open?"), error);
        }
        Line = _parser.RawRow;
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
