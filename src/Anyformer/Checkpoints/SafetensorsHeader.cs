using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>
/// Reads and checks the header of a safetensors file: eight bytes of length, then JSON, then the tensors' bytes without a gap.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the JSON: its length as a little-endian 64-bit number.</summary>
    public const int PrefixLength = 8;

    /// <summary>The format's cap on the JSON, in bytes.</summary>
    public const int LongestJson = 100_000_000;

    /// <summary>The key of the free text among the tensors' names.</summary>
    public const string MetadataKey = "__metadata__";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 3 };

    private readonly long _dataStart;
    private readonly long _dataLength;

    private SafetensorsHeader(long dataStart, long dataLength) => (_dataStart, _dataLength) = (dataStart, dataLength);

    /// <summary>The free text and the tensors in the order of their bytes.</summary>
    public static (IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SafetensorsEntry> Entries) Read(MappedFile file)
    {
        var json = Json(file);
        var header = new SafetensorsHeader(PrefixLength + json.Length, file.Length - PrefixLength - json.Length);
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return header.Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new MalformedFileException($"its header is not valid JSON ({Quoted.Text(error.Message.TrimEnd('.'))})", error);
        }
        catch (InvalidOperationException error)
        {
            throw new MalformedFileException("its header holds text that is not valid Unicode", error);
        }
    }

    private static byte[] Json(MappedFile file)
    {
        if (file.Length < PrefixLength)
            throw new MalformedFileException($"it has {file.Length} bytes, expected at least {PrefixLength}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, PrefixLength));
        if (length > LongestJson)
            throw new MalformedFileException($"its header claims {length} bytes, the format allows {LongestJson}");
        if ((long)length > file.Length - PrefixLength)
            throw new MalformedFileException($"its header claims {length} bytes, but only {file.Length - PrefixLength} follow");
        var json = file.Span(PrefixLength, (int)length);
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new MalformedFileException("its header does not begin with '{'");
        return json.ToArray();
    }

    private (IReadOnlyDictionary<string, string>, IReadOnlyList<SafetensorsEntry>) Read(JsonElement root)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        foreach (var property in root.EnumerateObject())
            if (property.NameEquals(MetadataKey))
                metadata = Metadata(property.Value);
            else
                entries.Add(Entry(property.Name, property.Value));

        var ordered = entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length).ToArray();
        CheckThatDataIsFilled(ordered);
        return (metadata, ordered);
    }

    private static Dictionary<string, string> Metadata(JsonElement value)
    {
        // The reference implementation reads null as no metadata.
        if (value.ValueKind == JsonValueKind.Null)
            return [];
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(each => each.Value.ValueKind != JsonValueKind.String))
            throw new MalformedFileException($"its {MetadataKey} is not an object of texts");
        return value.EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetString()!);
    }

    private SafetensorsEntry Entry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 3
            || !value.TryGetProperty("dtype", out var dtypeValue)
            || !value.TryGetProperty("shape", out var shapeValue)
            || !value.TryGetProperty("data_offsets", out var offsetsValue))
            throw new MalformedFileException($"tensor {Quoted.Name(name)} is not an object of dtype, shape and data_offsets");

        var dtype = ElementType(name, dtypeValue);
        var shape = Numbers(name, "shape", shapeValue);
        var offsets = Numbers(name, "data_offsets", offsetsValue);
        CheckSize(name, dtype, shape, offsets);
        return new SafetensorsEntry(name, dtype, shape, _dataStart + offsets[0], offsets[1] - offsets[0]);
    }

    private static DType ElementType(string name, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind.ToString();
        return SafetensorsDType.TryParse(text, out var dtype)
            ? dtype
            : throw new MalformedFileException(
                $"tensor {Quoted.Name(name)} has dtype {Quoted.Name(text)}, expected one of {SafetensorsDType.Supported}");
    }

    private static ImmutableArray<long> Numbers(string name, string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw new MalformedFileException($"tensor {Quoted.Name(name)} has a {key} that is not a list");
        var numbers = ImmutableArray.CreateBuilder<long>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
            numbers.Add(element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= 0
                ? number
                : throw new MalformedFileException($"tensor {Quoted.Name(name)} has {Quoted.Name(element.GetRawText())} in its {key}, "
                    + "expected whole numbers from 0 to 2^63 - 1"));
        return numbers.MoveToImmutable();
    }

    private void CheckSize(string name, DType dtype, ImmutableArray<long> shape, ImmutableArray<long> offsets)
    {
        if (offsets is not [var begin, var end] || begin > end || end > _dataLength)
            throw new MalformedFileException($"tensor {Quoted.Name(name)} has data_offsets {Quoted.List(offsets.AsSpan())}, "
                + $"expected a begin and an end inside the {_dataLength} bytes of data");
        if (!TensorLayout.TryByteCount(shape.AsSpan(), dtype.ElementSize(), out var bytes))
            throw new MalformedFileException($"tensor {Quoted.Name(name)} has shape {Quoted.List(shape.AsSpan())}, more than 2^63 bytes");
        if (bytes != end - begin)
            throw new MalformedFileException($"tensor {Quoted.Name(name)} takes {end - begin} bytes, "
                + $"expected {bytes} for {SafetensorsDType.NameOf(dtype)} of shape {Quoted.List(shape.AsSpan())}");
    }

    private void CheckThatDataIsFilled(SafetensorsEntry[] ordered)
    {
        var end = _dataStart;
        foreach (var entry in ordered)
        {
            if (entry.Offset != end)
                throw new MalformedFileException(
                    $"tensor {Quoted.Name(entry.Name)} begins at byte {entry.Offset - _dataStart} of the data, "
                    + $"{(entry.Offset < end ? "inside the tensor before it" : "after a hole")}: expected {end - _dataStart}");
            end += entry.Length;
        }
        if (end != _dataStart + _dataLength)
            throw new MalformedFileException($"its tensors take {end - _dataStart} bytes of data, but {_dataLength} follow the header");
    }
}
