namespace Anyformer.Data.Sequences.Files;

/// <summary>
/// CIFAR-10 in its binary form (Krizhevsky 2009): records of a label and 3 x 32 x 32 bytes, red, green, blue. The pictures are made grey as TensorFlow does,
/// which the Long Range Arena's pipeline uses.
/// </summary>
internal static class CifarBatches
{
    private const int Pixels = 32 * 32;
    private const int Record = 1 + 3 * Pixels;
    private const int ClassCount = 10;

    /// <summary>The parts of a folder; null when it has no such files.</summary>
    internal static FileParts? PartsIn(string folder)
    {
        var test = Path.Combine(folder, "test_batch.bin");
        string[] train = [.. Directory.EnumerateFiles(folder, "data_batch_*.bin").Order(StringComparer.Ordinal)];
        return train.Length == 0 || !File.Exists(test) ? null
            : new FileParts(SequenceSamples.Of([.. train.SelectMany(Read)]), null, SequenceSamples.Of([.. Read(test)]), ClassCount);
    }

    /// <summary>Grey of a colour: the weighted sum of the parts of 1, times 255.5, cut off.</summary>
    internal static byte Grey(byte red, byte green, byte blue)
    {
        const float scale = 1 / 255f;
        return (byte)(255.5f * (0.2989f * (red * scale) + 0.5870f * (green * scale) + 0.1140f * (blue * scale)));
    }

    private static IEnumerable<SequenceSample> Read(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length == 0 || stream.Length % Record != 0)
            throw new UserException($"{path}: the file has {stream.Length} bytes, expected a multiple of {Record}, the size of a CIFAR-10 picture with its label.");
        var record = new byte[Record];
        while (stream.Position < stream.Length)
        {
            stream.ReadExactly(record);
            if (record[0] >= ClassCount)
                throw new UserException($"{path}: a picture has the label {record[0]}, expected 0 to {ClassCount - 1}.");
            yield return new SequenceSample(Grey(record.AsSpan(1)), record[0]);
        }
    }

    private static byte[] Grey(ReadOnlySpan<byte> colours)
    {
        var grey = new byte[Pixels];
        for (var i = 0; i < Pixels; i++)
            grey[i] = Grey(colours[i], colours[Pixels + i], colours[2 * Pixels + i]);
        return grey;
    }
}
