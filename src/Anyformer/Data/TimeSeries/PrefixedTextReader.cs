namespace Anyformer.Data.TimeSeries;

/// <summary>Text that was read ahead, followed by the reader that it came from.</summary>
internal sealed class PrefixedTextReader(string prefix, TextReader rest) : TextReader
{
    private int _position;

    public override int Read(char[] buffer, int index, int count)
    {
        if (_position == prefix.Length)
            return rest.Read(buffer, index, count);
        var length = Math.Min(count, prefix.Length - _position);
        prefix.CopyTo(_position, buffer, index, length);
        _position += length;
        return length;
    }
}
