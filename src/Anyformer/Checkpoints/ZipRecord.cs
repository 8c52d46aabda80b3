using System.Text;

namespace Anyformer.Checkpoints;

/// <summary>What a zip archive's directory says of one entry; none of it is checked yet.</summary>
internal readonly record struct ZipRecord(string Name, ushort Flags, ushort Method, ulong CompressedLength, ulong Length, ulong LocalOffset)
{
    private const uint Signature = 0x02014b50;
    private const ushort Zip64Extra = 1;
    private const ushort EncryptedFlag = 1;
    private const ushort StoredMethod = 0;

    /// <summary>Whether the entry's bytes are encrypted.</summary>
    public bool IsEncrypted => (Flags & EncryptedFlag) != 0;

    /// <summary>Whether the entry's bytes lie in the archive as they are.</summary>
    public bool IsStored => Method == StoredMethod && CompressedLength == Length;

    /// <summary>Reads the next record of a directory.</summary>
    public static ZipRecord Read(ref ByteReader reader)
    {
        if (reader.UInt32() != Signature)
            throw new MalformedFileException("its zip directory is damaged");
        reader.Bytes(4);
        var flags = reader.UInt16();
        var method = reader.UInt16();
        reader.Bytes(8);
        ulong compressed = reader.UInt32();
        ulong length = reader.UInt32();
        var nameLength = reader.UInt16();
        var extraLength = reader.UInt16();
        var commentLength = reader.UInt16();
        reader.Bytes(8);
        ulong offset = reader.UInt32();
        var name = Encoding.UTF8.GetString(reader.Bytes(nameLength));
        ReadZip64(reader.Bytes(extraLength), ref length, ref compressed, ref offset);
        reader.Bytes(commentLength);
        return new ZipRecord(name, flags, method, compressed, length, offset);
    }

    private static void ReadZip64(ReadOnlySpan<byte> extra, ref ulong length, ref ulong compressed, ref ulong offset)
    {
        var reader = new ByteReader(extra, "zip extra field");
        while (reader.Remaining > 0)
        {
            var id = reader.UInt16();
            var field = new ByteReader(reader.Bytes(reader.UInt16()), "zip64 extra field");
            if (id != Zip64Extra)
                continue;
            ReplaceSaturated(ref field, ref length);
            ReplaceSaturated(ref field, ref compressed);
            ReplaceSaturated(ref field, ref offset);
        }
    }

    private static void ReplaceSaturated(ref ByteReader field, ref ulong value)
    {
        if (value == uint.MaxValue)
            value = field.UInt64();
    }
}
