using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Sources;

namespace Anyformer.Data.Images.Sets;

/// <summary>
/// Where labelled images are: a folder of class folders (<c>cat/1.jpg</c>), with parts above them (<c>train/cat/1.jpg</c>) or without, an archive of
/// one (.tar, .tar.gz, .tgz, .zip), a folder with MNIST's files, or a table of pixels.
/// </summary>
public sealed record ImageSource
{
    private const long BytesOfMegabyte = 1 << 20;

    /// <summary>The folder, archive or table, or the name of a folder in a data folder.</summary>
    [Description("folder, archive or table of the images, or the name of a folder in a data folder")]
    public required string Path { get; init; }

    /// <summary>What colours become; null leaves grey levels as one channel in files that know no colours, and reads the others as colours.</summary>
    [Description("what colours become: gray or rgb; as the files are when left out")]
    public ImageMode? Mode { get; init; }

    /// <summary>The share of every class that is held out for validation when there is no such part; 0 validates on the test images.</summary>
    [Description("share of every class held out for validation when there is no such part; 0 validates on the test images")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>The share of every class that is held out for the test when there is no such part.</summary>
    [Description("share of every class held out for the test when there is no such part")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double TestShare { get; init; } = 0.2;

    /// <summary>Decides which images are held out.</summary>
    [Description("decides which images are held out")]
    public long SplitSeed { get; init; }

    /// <summary>Where a table of pixels has the class when no header names its column.</summary>
    [Description("where a table of pixels without a header has the class: last or first")]
    public LabelColumn LabelColumn { get; init; }

    /// <summary>Decoded images that are kept in memory, in mebibytes; those that come first fill it. 0 keeps none.</summary>
    [Description("MiB of decoded images that are kept in memory; 0 keeps none")]
    [Range(0, 1 << 20)]
    public int MemoryMegabytes { get; init; } = 1024;

    /// <summary>Finds the images; those in files of their own are decoded when they are asked for.</summary>
    /// <param name="store">Where names are looked for.</param>
    /// <exception cref="UserException">There is no such folder or table, or it holds no images.</exception>
    public ImageData Load(DataStore store)
    {
        var path = File.Exists(Path) ? Path : store.FindFolder(Path)
            ?? throw new UserException($"There is no folder, archive or table '{Path}' of images, neither as it stands nor in the data folders.");
        var parts = Split(PartsOf(path, store.CacheFolder));
        var memory = new ImageMemory(MemoryMegabytes * BytesOfMegabyte);
        return new ImageData
        {
            Source = path,
            Train = memory.Keep(parts.Train),
            Validation = memory.Keep(parts.Validation ?? parts.Test!),
            Test = memory.Keep(parts.Test!),
        };
    }

    private ImageParts PartsOf(string path, string cacheFolder)
    {
        if (ImageArchive.IsArchive(path))
            path = ImageArchive.Unpack(path, cacheFolder);
        if (File.Exists(path))
            return PixelTable.Read(path, null, LabelColumn, Mode);
        var parts = IdxImages.PartsIn(path, Mode) ?? PixelTable.PartsIn(path, LabelColumn, Mode) ?? ImageFolders.PartsIn(path, Mode ?? ImageMode.Rgb);
        return parts ?? (ImageArchive.In(path) is { } archive ? PartsOf(archive, cacheFolder)
            : throw new UserException($"'{path}' holds no images: expected <class>/<name>.jpg or .png, with train/ and test/ above or without, "
                + "or MNIST's train-images-idx3-ubyte and so on, or a table of pixels."));
    }

    private ImageParts Split(ImageParts parts)
    {
        if (parts.Test is null)
        {
            var (train, test) = ImageSplit.HoldOut(parts.Train, TestShare, SplitSeed);
            parts = parts with { Train = train, Test = test };
        }

        if (parts.Validation is null && ValidationShare > 0)
        {
            var (train, validation) = ImageSplit.HoldOut(parts.Train, ValidationShare, SplitSeed + 1);
            parts = parts with { Train = train, Validation = validation };
        }

        return parts.Train.Count > 0 && parts.Validation is not { Count: 0 } && parts.Test!.Count > 0 ? parts
            : throw new UserException($"'{Path}' has too few images to hold some out of every class: {parts.Train.Count} are left to learn from, "
                + $"{parts.Validation?.Count ?? 0} for validation and {parts.Test!.Count} for the test.");
    }
}
