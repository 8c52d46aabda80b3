using System.Numerics;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>The opcodes that push a value which is written out in the pickle: numbers, texts, bytes.</summary>
internal static class PickleLiterals
{
    /// <summary>An integer of more bytes than this is no number that a checkpoint has a use for, but costs time to handle.</summary>
    private const int LongestInteger = 1024;

    /// <summary>Boxed truth values, so that a file of nothing else costs a reference each.</summary>
    private static readonly object True = true, False = false;

    private static readonly object NotALiteral = new();

    /// <summary>Reads the value of a literal; false when the opcode is not one.</summary>
    public static bool TryRead(PickleOpcode opcode, ref ByteReader reader, out object? value)
    {
        value = opcode switch
        {
            PickleOpcode.None => null,
            PickleOpcode.NewTrue => True,
            PickleOpcode.NewFalse => False,
            PickleOpcode.BinInt => (long)reader.Int32(),
            PickleOpcode.BinInt1 => (long)reader.UInt8(),
            PickleOpcode.BinInt2 => (long)reader.UInt16(),
            PickleOpcode.Long1 => Integer(reader.Bytes(reader.UInt8())),
            PickleOpcode.Long4 => Integer(reader.Bytes(reader.UInt32())),
            PickleOpcode.BinFloat => reader.BigEndianDouble(),
            PickleOpcode.ShortBinString or PickleOpcode.ShortBinUnicode => reader.Text(reader.UInt8()),
            PickleOpcode.BinString or PickleOpcode.BinUnicode => reader.Text(reader.UInt32()),
            PickleOpcode.BinUnicode8 => reader.Text(reader.UInt64()),
            PickleOpcode.ShortBinBytes => reader.Bytes(reader.UInt8()).ToArray(),
            PickleOpcode.BinBytes => reader.Bytes(reader.UInt32()).ToArray(),
            PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8 => reader.Bytes(reader.UInt64()).ToArray(),
            _ => NotALiteral,
        };
        return !ReferenceEquals(value, NotALiteral);
    }

    /// <summary>A little-endian two's complement number: a <see cref="long"/> when it fits, else a <see cref="BigInteger"/>.</summary>
    private static object Integer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LongestInteger)
            throw new MalformedFileException($"its pickle holds an integer of {bytes.Length} bytes, at most {LongestInteger} are read");
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }
}
