namespace Anyformer.Data.TimeSeries;

/// <summary>Text that was read ahead, followed by the reader that it came from.</summary>
internal sealed class PrefixedTextReader(string prefix, TextReader rest) : TextReader
{
    private int position;

    public override int Read(char[] buffer, int index, int count)
    {
        if (position == prefix.Length)
            return rest.Read(buffer, index, count);
        var length = Math.Min(count, prefix.Length - position);
        prefix.CopyTo(position, buffer, index, length);
        position += length;
        return length;
    }
}
