using System.Buffers.Binary;
using System.Text;

namespace Anyformer.Checkpoints;

/// <summary>
/// Walks over bytes that claim their own lengths. A read past the end is a <see cref="MalformedFileException"/>, and nothing is
/// allocated before the bytes for it were seen to be there.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, string what)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    public byte UInt8() => Bytes(sizeof(byte))[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort)));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong)));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(sizeof(double)));

    /// <summary>The next bytes, not copied.</summary>
    public ReadOnlySpan<byte> Bytes(ulong count)
    {
        if (count > (ulong)Remaining)
            throw new MalformedFileException($"its {what} claims {count} bytes at byte {Position}, but only {Remaining} are left");
        var taken = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    /// <summary>The next bytes as UTF-8 text.</summary>
    public string Text(ulong byteCount)
    {
        var position = Position;
        try
        {
            return StrictUtf8.GetString(Bytes(byteCount));
        }
        catch (DecoderFallbackException error)
        {
            throw new MalformedFileException($"its {what} holds text at byte {position} that is not valid UTF-8", error);
        }
    }

    /// <summary>UTF-8 text up to the next line feed, which is skipped.</summary>
    public string Line()
    {
        var length = _bytes[Position..].IndexOf((byte)'\n');
        if (length < 0)
            throw new MalformedFileException($"its {what} ends in the middle of a line");
        var line = Text((ulong)length);
        Position++;
        return line;
    }
}
