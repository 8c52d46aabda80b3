namespace Anyformer.Data.TimeSeries;

/// <summary>Passes text on, but refuses what no table holds, before a parser has to buffer it: binary content and endless lines.</summary>
internal sealed class GuardedTextReader(TextReader inner, string name) : TextReader
{
    /// <summary>Characters of a line at most: room for more than a hundred thousand columns.</summary>
    public const int LongestLine = 1 << 22;

    private int _line = 1;
    private int _lineLength;

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        var read = ReadInner(buffer);
        Check(buffer[..read]);
        return read;
    }

    private int ReadInner(Span<char> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new UserException($"{name}: the file breaks off or is damaged near line {_line} ({error.Message}).", error);
        }
    }

    private void Check(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
            throw new UserException($"{name}: this is binary data, expected delimited text.");
        for (var end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n'))
        {
            (_line, _lineLength) = (_line + 1, 0);
            text = text[(end + 1)..];
        }
        _lineLength += text.Length;
        if (_lineLength > LongestLine)
            throw new UserException(FormattableString.Invariant(
                $"{name}: line {_line} is longer than {LongestLine} characters, expected a line for every row."));
    }
}
