using System.Buffers.Binary;
using System.Numerics;

namespace Anyformer.Training.Logging;

/// <summary>
/// Writes TensorFlow's record format: the length (8 bytes, little-endian), its masked CRC-32C, the record, its masked CRC-32C.
/// </summary>
internal sealed class RecordWriter(Stream stream) : IDisposable
{
    /// <summary>Writes one record in one call to the stream, so that a killed process tears at most the last.</summary>
    public void Write(ReadOnlySpan<byte> record)
    {
        var framed = new byte[8 + 4 + record.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(framed, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(framed.AsSpan(8), MaskedCrc(framed.AsSpan(0, 8)));
        record.CopyTo(framed.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(framed.AsSpan(12 + record.Length), MaskedCrc(record));
        stream.Write(framed);
        stream.Flush();
    }

    public void Dispose() => stream.Dispose();

    /// <summary>CRC-32C (Castagnoli), as RFC 3720 has it.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>The CRC rotated and shifted, so that the CRC of a record that holds CRCs is not degenerate.</summary>
    public static uint MaskedCrc(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc(bytes), 15) + 0xa282ead8u;
}
