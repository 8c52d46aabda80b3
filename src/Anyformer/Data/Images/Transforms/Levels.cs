using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>Changes every level by a table, as Pillow's <c>point</c> does.</summary>
internal static class Levels
{
    /// <summary>The number of levels.</summary>
    internal const int Count = byte.MaxValue + 1;

    /// <summary>The image with new levels, the same table for every channel.</summary>
    /// <param name="image">uint8, (channels, height, width).</param>
    /// <param name="level">The new level of an old one; what is beyond 0 .. 255 is cut off, and fractions are.</param>
    internal static Tensor Map(Tensor image, Func<int, double> level) => MapChannels(image, _ => level);

    /// <summary>The image with new levels, a table for every channel.</summary>
    /// <param name="image">uint8, (channels, height, width).</param>
    /// <param name="table">Of the histogram of a channel, the new level of an old one.</param>
    internal static Tensor MapChannels(Tensor image, Func<int[], Func<int, double>> table)
    {
        using var scope = new TensorScope();
        var mapped = image.Contiguous().Clone();
        var levels = mapped.AsSpan<byte>();
        var channels = (int)image.Shape[0];
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = levels.Slice(channel * (levels.Length / channels), levels.Length / channels);
            Map(plane, table(Histogram(plane)));
        }

        return scope.Keep(mapped);
    }

    /// <summary>A level within 0 .. 255, its fraction cut off.</summary>
    internal static byte Cut(double level) => (byte)Math.Clamp(level, 0, byte.MaxValue);

    private static void Map(Span<byte> plane, Func<int, double> level)
    {
        Span<byte> table = stackalloc byte[Count];
        for (var i = 0; i < Count; i++)
            table[i] = Cut(level(i));
        foreach (ref var value in plane)
            value = table[value];
    }

    private static int[] Histogram(ReadOnlySpan<byte> plane)
    {
        var histogram = new int[Count];
        foreach (var level in plane)
            histogram[level]++;
        return histogram;
    }
}
