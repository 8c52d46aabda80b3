namespace Anyformer.Torch.Tests.Indexing;

/// <summary>Walks n-dimensional arrays in row-major order.</summary>
public static class Grid
{
    public static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Every coordinate of an array, in row-major order.</summary>
    public static IEnumerable<long[]> Coordinates(long[] shape)
    {
        for (var flat = 0L; flat < Count(shape); flat++)
            yield return CoordinateOf(flat, shape);
    }

    public static long[] CoordinateOf(long flat, long[] shape)
    {
        var coordinate = new long[shape.Length];
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            coordinate[dimension] = flat % shape[dimension];
            flat /= shape[dimension];
        }

        return coordinate;
    }

    public static long FlatOf(long[] coordinate, long[] shape)
    {
        var flat = 0L;
        for (var dimension = 0; dimension < shape.Length; dimension++)
            flat = (flat * shape[dimension]) + coordinate[dimension];
        return flat;
    }

    /// <summary>Where an element of a broadcast array comes from: the last dimensions of the coordinate, 0 where the size is 1.</summary>
    public static long FlatOfBroadcast(long[] coordinate, long[] shape)
    {
        var own = coordinate[^shape.Length..];
        return FlatOf(own.Select((at, dimension) => shape[dimension] == 1 ? 0 : at).ToArray(), shape);
    }

    public static long[] Broadcast(IEnumerable<long[]> shapes)
    {
        var all = shapes.ToList();
        var result = Enumerable.Repeat(1L, all.Max(shape => shape.Length)).ToArray();
        foreach (var shape in all)
            for (var i = 1; i <= shape.Length; i++)
                if (shape[^i] != 1)
                    result[^i] = shape[^i];
        return result;
    }
}
