using System.Diagnostics.CodeAnalysis;

namespace Anyformer.Checkpoints;

/// <summary>
/// A safetensors file, open for reading. The whole header is checked when it is opened: every tensor lies inside the file, has the size
/// that its type and shape ask for, overlaps no other, and together they fill the file.
/// Source: the format's description, https://github.com/huggingface/safetensors#format.
/// </summary>
public sealed class SafetensorsFile : CheckpointFile
{
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    private SafetensorsFile(MappedFile map) : base(map)
    {
        (Metadata, Entries) = SafetensorsHeader.Read(map);
        _byName = Entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>Free text that the writer added: the header's <c>__metadata__</c>; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their bytes in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Maps a file into memory and checks its header; no tensor is read yet.</summary>
    /// <exception cref="UserException">
    /// The file is missing, unreadable or malformed, or has an element type that <see cref="Torch.DType"/> lacks.
    /// </exception>
    /// <exception cref="IOException">The disk failed, or the file is larger than the machine's memory.</exception>
    public static SafetensorsFile Open(string path) => Read(path, "safetensors", map => new SafetensorsFile(map));

    /// <summary>Finds a tensor by its name.</summary>
    public bool TryGetEntry(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) => _byName.TryGetValue(name, out entry);
}
