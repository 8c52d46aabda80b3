using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Anyformer.Checkpoints;

/// <summary>
/// Writes safetensors files. The same tensors and metadata give the same bytes whatever order they come in: the largest element
/// types first, then by name, which is also the reference implementation's order and aligns every tensor.
/// </summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>The JSON writer would replace what is not Unicode, and change a name; this encoding throws.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file beside <paramref name="path"/>, flushes it to the disk, and renames it into place.</summary>
    /// <param name="path">Where the file shall be; one that is there is replaced.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Free text for the header, sorted by key.</param>
    /// <exception cref="ArgumentException">
    /// Two tensors share a name, or one has a name, type or shape that the format cannot hold.
    /// </exception>
    /// <exception cref="InvalidOperationException">A tensor wrote more or fewer bytes than its type and shape ask for.</exception>
    /// <exception cref="UserException">The folder is missing or may not be written to.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void Write(
        string path, IEnumerable<SafetensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors
            .OrderByDescending(tensor => SafetensorsDType.RankOf(tensor.DType))
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToArray();
        CheckNames(ordered);
        var header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var tensor in ordered)
                WriteData(stream, tensor);
        });
    }

    private static void CheckNames(SafetensorsSource[] tensors)
    {
        var names = new HashSet<string>();
        foreach (var tensor in tensors)
            if (tensor.Name == SafetensorsHeader.MetadataKey)
                throw new ArgumentException($"no tensor may be named {SafetensorsHeader.MetadataKey}", nameof(tensors));
            else if (!names.Add(tensor.Name))
                throw new ArgumentException($"two tensors are named {Quoted.Name(tensor.Name)}", nameof(tensors));
    }

    private static byte[] Header(SafetensorsSource[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Compact))
            WriteJson(writer, tensors, metadata);

        var padded = (json.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (padded > SafetensorsHeader.LongestJson)
            throw new ArgumentException(
                $"the header takes {padded} bytes, the format allows {SafetensorsHeader.LongestJson}", nameof(tensors));
        var header = new byte[SafetensorsHeader.PrefixLength + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        json.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.PrefixLength));
        header.AsSpan(SafetensorsHeader.PrefixLength + json.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteJson(Utf8JsonWriter writer, SafetensorsSource[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        writer.WriteStartObject();
        if (metadata is not null)
            WriteMetadata(writer, metadata);
        var offset = 0L;
        foreach (var tensor in tensors)
            offset = WriteEntry(writer, tensor, offset);
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(each => each.Key, StringComparer.Ordinal))
            writer.WriteString(Utf8(key), Utf8(value));
        writer.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter writer, SafetensorsSource tensor, long begin)
    {
        var dtype = SafetensorsDType.NameOf(tensor.DType)
            ?? throw new ArgumentException(
                $"tensor {Quoted.Name(tensor.Name)} has element type {tensor.DType}, safetensors holds {SafetensorsDType.Supported}");
        var end = checked(begin + tensor.ByteCount);
        writer.WriteStartObject(Utf8(tensor.Name));
        writer.WriteString("dtype", dtype);
        WriteNumbers(writer, "shape", tensor.Shape.AsSpan());
        WriteNumbers(writer, "data_offsets", [begin, end]);
        writer.WriteEndObject();
        return end;
    }

    private static byte[] Utf8(string text) => StrictUtf8.GetBytes(text);

    private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    private static void WriteData(FileStream stream, SafetensorsSource tensor)
    {
        var begin = stream.Position;
        tensor.Write(stream);
        if (stream.Position - begin != tensor.ByteCount)
            throw new InvalidOperationException($"tensor {Quoted.Name(tensor.Name)} wrote {stream.Position - begin} bytes, "
                + $"expected {tensor.ByteCount} for {tensor.DType} of shape {Quoted.List(tensor.Shape.AsSpan())}");
    }
}
