using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>Tensors in safetensors files.</summary>
public static class Safetensors
{
    private const int ChunkBytes = 1 << 24;

    /// <summary>The tensors of a file by name, over its mapped bytes, without a copy.</summary>
    /// <exception cref="UserException">The file is missing or malformed.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path) => Load(path, out _);

    /// <summary>The tensors of a file by name, over its mapped bytes, and the file's metadata.</summary>
    /// <exception cref="UserException">The file is missing or malformed.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using var file = SafetensorsFile.Open(path);
        metadata = file.Metadata;
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var entry in file.Entries)
            tensors.Add(entry.Name, MappedTensor.Of(file, entry));
        return tensors;
    }

    /// <summary>Writes tensors and metadata, beside and renamed, so that a file that is there is replaced whole or not at all.</summary>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(path, tensors.Select(item => Source(item.Key, item.Value)), metadata);

    private static SafetensorsSource Source(string name, Tensor tensor) =>
        new(name, tensor.DType, [.. tensor.Shape], stream => WriteElements(stream, tensor));

    private static void WriteElements(Stream stream, Tensor tensor)
    {
        using var scope = new TensorScope();
        var plain = tensor.Detach().Cpu().Contiguous();
        var bytes = plain.ElementCount * plain.DType.ElementSize();
        for (var offset = 0L; offset < bytes; offset += ChunkBytes)
            stream.Write(plain.AsBytes(offset, (int)Math.Min(ChunkBytes, bytes - offset)));
    }
}
