using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>Weights in a file of either known format, told apart by the file's first bytes.</summary>
public static class StateDictFile
{
    /// <summary>The tensors of a safetensors file or of a state dict written by <c>torch.save</c>, by name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keys">Where in a <c>torch.save</c> file the state dict lies, when it is not the whole: <c>model</c>, <c>state_dict</c>.</param>
    /// <exception cref="UserException">The file is missing or malformed, or holds something else than tensors.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, params ReadOnlySpan<string> keys)
    {
        if (!IsZip(path))
            return Safetensors.Load(path);
        using var archive = TorchArchive.Open(path);
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var (name, stored) in archive.StateDict(keys))
            tensors.Add(name, MappedTensor.Of(archive, stored));
        return tensors;
    }

    private static bool IsZip(string path)
    {
        Span<byte> start = stackalloc byte[4];
        try
        {
            using var stream = File.OpenRead(path);
            return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PK\u0003\u0004"u8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"The checkpoint '{path}' cannot be read: {exception.Message}", exception);
        }
    }
}
