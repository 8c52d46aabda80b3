using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Cuts maps into windows that do not overlap, row by row, and puts them together again. A map that is no multiple of the window gets zeros
/// below and to the right, which are cut off in the end.
/// </summary>
/// <param name="Height">Height of a window.</param>
/// <param name="Width">Width of a window.</param>
internal sealed record ImageWindows(long Height, long Width)
{
    /// <summary>(batch, map height, map width, channels) to (batch x windows, height, width, channels).</summary>
    internal Tensor Split(Tensor maps)
    {
        var padded = Pad(maps);
        return padded.Reshape([maps.Size(0), padded.Size(1) / Height, Height, padded.Size(2) / Width, Width, -1])
            .Transpose(2, 3).Reshape([-1, Height, Width, maps.Size(-1)]);
    }

    /// <summary>The map with zeros below and to the right, so that it is a multiple of the window.</summary>
    internal Tensor Pad(Tensor maps)
    {
        var (below, right) = (Rest(maps.Size(1), Height), Rest(maps.Size(2), Width));
        return below + right > 0 ? maps.ConstantPadNd([0, 0, 0, right, 0, below]) : maps;
    }

    /// <summary>(batch x windows, height, width, channels) to (batch, map height, map width, channels).</summary>
    internal Tensor Join(Tensor windows, long mapHeight, long mapWidth)
    {
        var (rows, columns) = (mapHeight + Rest(mapHeight, Height), mapWidth + Rest(mapWidth, Width));
        var maps = windows.Reshape([-1, rows / Height, columns / Width, Height, Width, windows.Size(-1)])
            .Transpose(2, 3).Reshape([-1, rows, columns, windows.Size(-1)]);
        return rows == mapHeight && columns == mapWidth ? maps : maps.Narrow(1, 0, mapHeight).Narrow(2, 0, mapWidth);
    }

    private static long Rest(long size, long window) => (window - size % window) % window;
}
