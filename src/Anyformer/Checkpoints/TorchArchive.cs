using Anyformer.Checkpoints.Pickle;
using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>
/// A file that <c>torch.save</c> wrote (PyTorch 1.6 or later: a zip archive of a pickle and the bytes of the tensors), open for reading.
/// The pickle is read without running anything: plain Python values and tensors are built, and what else it asks for is refused by name.
/// </summary>
public sealed class TorchArchive : CheckpointFile
{
    /// <summary>The pickle holds structure and names, not weights: a bigger one is not a checkpoint.</summary>
    private const int LongestPickle = 256 << 20;

    private const string PickleName = "data.pkl";

    private readonly ZipDirectory _directory;
    private readonly string _folder;

    private TorchArchive(MappedFile map) : base(map)
    {
        TorchFormats.CheckIsArchive(map);
        _directory = new ZipDirectory(map);
        _folder = Folder(_directory.Names);
        CheckIsNotScript();
        CheckByteOrder();
        Root = new Unpickler(LoadStorage).Load(Pickle());
    }

    /// <summary>
    /// What was saved: null, <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>, <see cref="double"/>,
    /// <see cref="string"/>, an array of bytes, a list of objects, <see cref="PickledTuple"/>, <see cref="PickledDictionary"/>,
    /// <see cref="PickledSet"/>, <see cref="PickledTensor"/>, <see cref="PickledStorage"/> or <see cref="DType"/>; a device is its text.
    /// </summary>
    public object? Root { get; }

    /// <summary>Maps a file into memory and reads its pickle; no tensor is read yet.</summary>
    /// <exception cref="UserException">The file is missing, unreadable or malformed, or asks for what is refused.</exception>
    /// <exception cref="IOException">The disk failed, or the file is larger than the machine's memory.</exception>
    public static TorchArchive Open(string path) => Read(path, "torch.save", map => new TorchArchive(map));

    /// <summary>
    /// The tensors by name. Names in nested dictionaries are joined with dots; everything that is not a tensor is left out.
    /// </summary>
    /// <param name="keys">
    /// Which dictionary is meant, key by key from the root. Without any, the customary wrappers are stepped into where they hold a
    /// dictionary: <c>state_dict</c>, else <c>model_state_dict</c>, else <c>model</c>.
    /// </param>
    /// <exception cref="UserException">There is no such dictionary, or two tensors would get the same name.</exception>
    public IReadOnlyDictionary<string, PickledTensor> StateDict(params ReadOnlySpan<string> keys)
    {
        try
        {
            return StateDictCollector.Collect(StateDictCollector.Find(Root, keys));
        }
        catch (MalformedFileException error)
        {
            throw new UserException($"'{Path}' holds no state dict: {error.Message}.", error);
        }
    }

    private static string Folder(IEnumerable<string> names)
    {
        var folders = names
            .Where(name => name.IndexOf('/') == name.Length - PickleName.Length - 1 && name.EndsWith(PickleName, StringComparison.Ordinal))
            .Select(name => name[..^PickleName.Length])
            .ToArray();
        return folders is [var folder]
            ? folder
            : throw new MalformedFileException(
                $"it is a zip archive with {folders.Length} entries named folder/{PickleName}, expected one");
    }

    private void CheckIsNotScript()
    {
        if (_directory.Names.Contains(_folder + "constants.pkl"))
            throw new MalformedFileException(
                "it holds a TorchScript program (in Python, save torch.jit.load(path).state_dict() with torch.save)");
    }

    private void CheckByteOrder()
    {
        var expected = "little"u8;
        if (_directory.TryFind(_folder + "byteorder", out var entry)
            && (entry.Length != expected.Length || !Map.Span(entry.Offset, expected.Length).SequenceEqual(expected)))
            throw new MalformedFileException("its byteorder is not 'little': it was saved on a big-endian machine");
    }

    private ReadOnlySpan<byte> Pickle() =>
        _directory.TryFind(_folder + PickleName, out var entry) && entry.Length <= LongestPickle
            ? Map.Span(entry.Offset, (int)entry.Length)
            : throw new MalformedFileException($"its pickle has {entry.Length} bytes, at most {LongestPickle} are read");

    private PickledStorage LoadStorage(PickledTuple id)
    {
        if (id is not ["storage", PickleStorageType type, string key, string device, long count])
            throw new MalformedFileException("its pickle refers to something outside that is not a storage");
        if (!_directory.TryFind($"{_folder}data/{key}", out var entry))
            throw new MalformedFileException($"storage {Quoted.Name(key)} is not in the archive");
        if (count < 0 || count > entry.Length / type.DType.ElementSize())
            throw new MalformedFileException(
                $"storage {Quoted.Name(key)} claims {count} elements of {type.DType}, but has {entry.Length} bytes");
        return new PickledStorage(key, type.DType, device, count, entry.Offset);
    }
}
