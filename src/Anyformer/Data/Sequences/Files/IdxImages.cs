using System.Buffers.Binary;
using System.IO.Compression;

namespace Anyformer.Data.Sequences.Files;

/// <summary>Grey pictures in IDX files, those of MNIST (LeCun, Cortes and Burges), plain or compressed with gzip.</summary>
internal static class IdxImages
{
    private const int ImagesMagic = 0x803;
    private const int LabelsMagic = 0x801;
    private const int MostPixels = 1 << 20;

    /// <summary>The parts of a folder; null when it has no such files.</summary>
    internal static FileParts? PartsIn(string folder)
    {
        if (Find(folder, "train-images-idx3-ubyte") is null || Find(folder, "t10k-images-idx3-ubyte", "test-images-idx3-ubyte") is null)
            return null;
        var train = Read(folder, "train");
        var test = Read(folder, "t10k", "test");
        if (train[0].Symbols.Length != test[0].Symbols.Length)
            throw new UserException($"The training pictures in '{folder}' have {train[0].Symbols.Length} pixels, those of the test {test[0].Symbols.Length}.");
        return new FileParts(SequenceSamples.Of(train), null, SequenceSamples.Of(test), train.Concat(test).Max(sample => sample.Label) + 1);
    }

    private static SequenceSample[] Read(string folder, params string[] parts)
    {
        var images = Find(folder, [.. parts.Select(part => $"{part}-images-idx3-ubyte")])!;
        var labels = Find(folder, [.. parts.Select(part => $"{part}-labels-idx1-ubyte")])
            ?? throw new UserException($"The folder '{folder}' has the pictures {Path.GetFileName(images)} without their labels.");
        byte[][] classes = [.. Items(labels, LabelsMagic, dimensions: 1)], pictures = [.. Items(images, ImagesMagic, dimensions: 3)];
        return classes.Length == pictures.Length && pictures.Length > 0
            ? [.. pictures.Zip(classes, (picture, label) => new SequenceSample(picture, label[0]))]
            : throw new UserException($"{images}: there are {pictures.Length} pictures and {classes.Length} labels, expected one for each.");
    }

    private static string? Find(string folder, params string[] names) =>
        names.SelectMany(name => (string[])[name, $"{name}.gz"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The items of a file one by one, so that nothing is allocated for items that the header only claims.</summary>
    private static List<byte[]> Items(string path, int magic, int dimensions)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            var sizes = Header(stream, path, magic, dimensions);
            var size = sizes[1..].Aggregate(1L, (product, side) => product * side);
            if (size is < 1 or > MostPixels)
                throw new UserException($"{path}: a picture has {string.Join(" x ", sizes[1..])} pixels, expected 1 to {MostPixels}.");
            var items = new List<byte[]>();
            for (var i = 0L; i < sizes[0]; i++)
            {
                var item = new byte[size];
                stream.ReadExactly(item);
                items.Add(item);
            }

            return items;
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new UserException($"{path}: the file breaks off or is damaged ({exception.Message}).", exception);
        }
    }

    private static long[] Header(Stream stream, string path, int magic, int dimensions)
    {
        var header = new byte[4 * (1 + dimensions)];
        stream.ReadExactly(header);
        var numbers = header.Chunk(4).Select(bytes => (long)BinaryPrimitives.ReadUInt32BigEndian(bytes)).ToArray();
        return numbers[0] == magic ? numbers[1..] : throw new UserException($"{path}: the file begins with {numbers[0]}, expected the IDX number {magic}.");
    }
}
