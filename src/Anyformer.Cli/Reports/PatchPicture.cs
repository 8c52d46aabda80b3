using System.Globalization;
using System.Text;
using Anyformer.Data.Images.Files;
using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Cli.Reports;

/// <summary>An image with something said of each of its patches: colours laid over them, and lines between those that do not belong together.</summary>
internal sealed class PatchPicture
{
    private const int LeastSide = 448;

    /// <summary>From nothing to most, as dark and light as they are loud.</summary>
    private static readonly (byte Red, byte Green, byte Blue)[] s_ramp = [(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)];

    private readonly byte[] _pixels;
    private readonly int _height;
    private readonly int _width;
    private readonly PatchGrid _grid;
    private readonly int _patch;
    private readonly (byte Red, byte Green, byte Blue)[] _colours;
    private readonly double _opacity;
    private readonly int[]? _groups;

    private PatchPicture(Tensor pixels, PatchGrid grid, int patch, (byte, byte, byte)[] colours, double opacity, int[]? groups)
    {
        _pixels = pixels.Expand([3, -1, -1]).Permute([1, 2, 0]).Contiguous().ToArray<byte>();
        (_height, _width) = ((int)pixels.Size(1), (int)pixels.Size(2));
        (_grid, _patch, _colours, _opacity, _groups) = (grid, patch, colours, opacity, groups);
    }

    /// <summary>Whole pixels that a pixel of the image becomes.</summary>
    private int Scale => (LeastSide + Math.Max(_height, _width) - 1) / Math.Max(_height, _width);

    /// <summary>Patches that were merged have the mean of their colours, and lines around them.</summary>
    /// <param name="pixels">uint8, (1 or 3, height, width).</param>
    /// <param name="grid">The patches.</param>
    /// <param name="patch">Side of a patch in pixels.</param>
    /// <param name="groups">The token that each patch went to, row by row.</param>
    public static PatchPicture Merged(Tensor pixels, PatchGrid grid, int patch, int[] groups)
    {
        using var scope = new TensorScope();
        var rgb = pixels.Expand([3, -1, -1]).To(DType.Float64);
        var places = Enumerable.Range(0, groups.Length).ToLookup(place => groups[place]);
        var colours = new (byte, byte, byte)[groups.Length];
        foreach (var group in places)
        {
            double[][] means = [.. group.Select(place => Patch(rgb, grid, patch, place).Mean([1, 2]).ToArray<double>())];
            byte Level(int channel) => (byte)means.Average(mean => mean[channel]);
            foreach (var place in group)
                colours[place] = (Level(0), Level(1), Level(2));
        }

        return new PatchPicture(pixels, grid, patch, colours, 0.9, groups);
    }

    /// <summary>Patches are as light as their values are high, the highest lightest.</summary>
    /// <param name="pixels">uint8, (1 or 3, height, width).</param>
    /// <param name="grid">The patches.</param>
    /// <param name="patch">Side of a patch in pixels.</param>
    /// <param name="values">A value for each patch, row by row.</param>
    public static PatchPicture Heat(Tensor pixels, PatchGrid grid, int patch, double[] values)
    {
        var (least, most) = (values.Min(), values.Max());
        return new PatchPicture(pixels, grid, patch, [.. values.Select(value => Colour(most > least ? (value - least) / (most - least) : 0))], 0.7, null);
    }

    /// <summary>Writes the picture, as its file's name ends: png or svg.</summary>
    /// <exception cref="UserException">It ends otherwise, or the file cannot be written.</exception>
    public void Write(string path)
    {
        if (path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            AtomicFile.Write(path, stream => stream.Write(Png()));
        else if (path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
            AtomicFile.WriteText(path, Svg());
        else
            throw NoPicture(path);
    }

    /// <summary>Refuses a name that is no picture's, before anything is computed.</summary>
    public static void Check(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is not (".png" or ".svg"))
            throw NoPicture(path);
    }

    private static UserException NoPicture(string path) => new($"--output must be the name of a .png or .svg file, found '{path}'.");

    private byte[] Png()
    {
        var scale = Scale;
        var levels = new byte[_height * scale * _width * scale * 3];
        for (var y = 0; y < _height * scale; y++)
            for (var x = 0; x < _width * scale; x++)
                Paint(levels.AsSpan((y * _width * scale + x) * 3, 3), y, x, scale);
        return Encode(levels, _height * scale, _width * scale);
    }

    private void Paint(Span<byte> target, int y, int x, int scale)
    {
        var place = Place(y / scale, x / scale);
        var (red, green, blue) = IsBorder(place, y, x, scale) ? ((byte)255, (byte)255, (byte)255) : _colours[place];
        var opacity = IsBorder(place, y, x, scale) ? 1 : _opacity;
        var source = _pixels.AsSpan((y / scale * _width + x / scale) * 3, 3);
        byte Mixed(byte below, byte above) => (byte)(below + opacity * (above - below));
        (target[0], target[1], target[2]) = (Mixed(source[0], red), Mixed(source[1], green), Mixed(source[2], blue));
    }

    /// <summary>The first pixels of a patch that belongs to other patches than the one before it.</summary>
    private bool IsBorder(int place, int y, int x, int scale)
    {
        if (_groups is null)
            return false;
        var side = _patch * scale;
        var (columns, first) = ((int)_grid.Width, Math.Max(1, scale / 2));
        return (x >= side && x % side < first && _groups[place] != _groups[place - 1])
            || (y >= side && y % side < first && _groups[place] != _groups[place - columns]);
    }

    private string Svg()
    {
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_width} {_height}" width="{_width * Scale}" height="{_height * Scale}">
            <image width="{_width}" height="{_height}" href="data:image/png;base64,{Convert.ToBase64String(Encode(_pixels, _height, _width))}"/>
            <g fill-opacity="{_opacity}" shape-rendering="crispEdges">

            """));
        for (var place = 0; place < _grid.Count; place++)
        {
            var (row, column) = Corner(place);
            var (red, green, blue) = _colours[place];
            var (width, height) = (Math.Min(_patch, _width - column), Math.Min(_patch, _height - row));
            svg.Append(CultureInfo.InvariantCulture,
                $"<rect x=\"{column}\" y=\"{row}\" width=\"{width}\" height=\"{height}\" fill=\"#{red:x2}{green:x2}{blue:x2}\"/>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"</g>\n<path d=\"{Borders()}\" stroke=\"#ffffff\" stroke-width=\"{_patch / 16.0}\"/>\n</svg>\n");
        return svg.ToString();
    }

    /// <summary>The lines between patches that went to different tokens.</summary>
    private string Borders()
    {
        var lines = new StringBuilder();
        var columns = (int)_grid.Width;
        for (var place = 0; _groups is not null && place < _grid.Count; place++)
        {
            var (row, column) = Corner(place);
            if (column > 0 && _groups[place] != _groups[place - 1])
                lines.Append(CultureInfo.InvariantCulture, $"M{column} {row}v{_patch}");
            if (row > 0 && _groups[place] != _groups[place - columns])
                lines.Append(CultureInfo.InvariantCulture, $"M{column} {row}h{_patch}");
        }

        return lines.ToString();
    }

    private int Place(int row, int column) => row / _patch * (int)_grid.Width + column / _patch;

    private (int Row, int Column) Corner(int place) => (place / (int)_grid.Width * _patch, place % (int)_grid.Width * _patch);

    private static Tensor Patch(Tensor pixels, PatchGrid grid, int patch, int place)
    {
        var (row, column) = (place / (int)grid.Width * patch, place % (int)grid.Width * patch);
        return pixels[.., row..Math.Min(row + patch, (int)pixels.Size(1)), column..Math.Min(column + patch, (int)pixels.Size(2))];
    }

    private static byte[] Encode(byte[] levels, int height, int width)
    {
        using var scope = new TensorScope();
        return ImageFile.EncodePng(Tensor.From(levels, height, width, 3).Permute([2, 0, 1]));
    }

    private static (byte Red, byte Green, byte Blue) Colour(double share)
    {
        var place = share * (s_ramp.Length - 1);
        var (low, high) = (s_ramp[(int)place], s_ramp[Math.Min((int)place + 1, s_ramp.Length - 1)]);
        byte Between(byte a, byte b) => (byte)(a + (place - (int)place) * (b - a));
        return (Between(low.Red, high.Red), Between(low.Green, high.Green), Between(low.Blue, high.Blue));
    }
}
