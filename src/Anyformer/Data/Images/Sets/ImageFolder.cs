using System.Collections.Immutable;
using Anyformer.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Sets;

/// <summary>
/// JPEG and PNG files in a folder for each class, as torchvision's <c>ImageFolder</c> takes them: <c>cat/0001.jpg</c>. Classes are in the order of
/// their names, images in the order of their paths, folders below those of the classes included. Read when they are asked for.
/// </summary>
public sealed class ImageFolder : ImageSet
{
    private static readonly EnumerationOptions s_files = new() { RecurseSubdirectories = true, MaxRecursionDepth = 16, IgnoreInaccessible = false };
    private static readonly EnumerationOptions s_folders = new() { IgnoreInaccessible = false };

    private readonly ImageMode _mode;
    private readonly (string Path, int Label)[] _files;

    /// <summary>Lists the images of a folder.</summary>
    /// <param name="folder">A folder with a folder for each class.</param>
    /// <param name="mode">What colours become.</param>
    /// <param name="classes">The classes; null for all folders that hold images.</param>
    /// <exception cref="UserException">The folder cannot be read, or holds no images.</exception>
    public ImageFolder(string folder, ImageMode mode = ImageMode.Rgb, IEnumerable<string>? classes = null)
    {
        (Folder, _mode) = (folder, mode);
        try
        {
            Classes = [.. classes ?? ClassesIn(folder)];
            _files = [.. Classes.SelectMany((name, label) =>
                Images(Path.Combine(folder, name)).Order(StringComparer.Ordinal).Select(path => (path, label)))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: the folder cannot be read ({error.Message}).", error);
        }

        if (_files.Length == 0)
            throw new UserException($"The folder '{folder}' holds no images: expected <class>/<name>.jpg or .png.");
    }

    /// <summary>The folder of the classes.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public override int Count => _files.Length;

    /// <inheritdoc/>
    public override int Channels => _mode.Channels();

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; }

    /// <inheritdoc/>
    public override int Label(int index) => _files[index].Label;

    /// <inheritdoc/>
    public override string Name(int index) => _files[index].Path;

    /// <inheritdoc/>
    public override Tensor Read(int index) => ImageFile.Read(_files[index].Path, _mode);

    /// <summary>The folders below <paramref name="folder"/> that hold images, in the order of their names.</summary>
    internal static IEnumerable<string> ClassesIn(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateDirectories(folder, "*", s_folders)
            .Where(path => Images(path).Any()).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Images(string folder) =>
        !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "*", s_files).Where(ImageFile.IsNamedSo);
}
