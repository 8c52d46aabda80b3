namespace Anyformer.Data.Sequences.Files;

/// <summary>Texts as files, in a folder for each class: <c>train/neg/0_3.txt</c>. Read when they are asked for.</summary>
internal sealed class TextFolders : SequenceSamples
{
    private readonly (string Path, int Label)[] _files;
    private readonly int _longest;

    private TextFolders(string folder, string[] classes, int longest)
    {
        _longest = longest;
        _files = [.. classes.SelectMany((name, label) =>
            Directory.EnumerateFiles(Path.Combine(folder, name), "*.txt").Order(StringComparer.Ordinal).Select(path => (path, label)))];
        if (_files.Length == 0)
            throw new UserException($"The folders of '{folder}' hold no .txt files.");
    }

    /// <inheritdoc/>
    public override int Count => _files.Length;

    /// <inheritdoc/>
    public override SequenceSample this[int index] => new(Read(_files[index].Path), _files[index].Label);

    /// <summary>The parts of a folder; null when it has none. Classes are the folders that both train and test have.</summary>
    internal static FileParts? PartsIn(string folder, int longest)
    {
        var (train, test) = (Path.Combine(folder, "train"), Path.Combine(folder, "test"));
        if (!Directory.Exists(train) || !Directory.Exists(test))
            return null;
        string[] classes = [.. Names(train).Intersect(Names(test)).Order(StringComparer.Ordinal)];
        if (classes.Length < 2)
            throw new UserException($"The folders '{train}' and '{test}' have {classes.Length} classes in common, expected a folder for each of two at least.");
        var validation = Path.Combine(folder, "valid");
        return new FileParts(
            new TextFolders(train, classes, longest),
            Directory.Exists(validation) ? new TextFolders(validation, classes, longest) : null,
            new TextFolders(test, classes, longest), classes.Length);
    }

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path));

    private byte[] Read(string path)
    {
        using var stream = File.OpenRead(path);
        var bytes = new byte[Math.Min(stream.Length, _longest)];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
