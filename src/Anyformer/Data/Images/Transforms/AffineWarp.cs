using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>
/// Where a pixel of the result comes from: x' = A x + B y + C and y' = D x + E y + F, measured in pixels from the upper left corner, as Pillow's
/// <c>Image.transform</c> takes it.
/// </summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Rows slide along, the farther down the more.</summary>
    internal static AffineMap ShearX(double factor) => new(1, factor, 0, 0, 1, 0);

    /// <summary>Columns slide along, the farther right the more.</summary>
    internal static AffineMap ShearY(double factor) => new(1, 0, 0, factor, 1, 0);

    /// <summary>Moves the image left and up, in pixels.</summary>
    internal static AffineMap Translate(double x, double y) => new(1, 0, x, 0, 1, y);

    /// <summary>Turns the image anticlockwise about its middle.</summary>
    internal static AffineMap Rotate(double degrees, long height, long width)
    {
        var (sin, cos) = Math.SinCos(-double.DegreesToRadians(degrees));
        var (x, y) = (width / 2.0, height / 2.0);
        return new AffineMap(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y);
    }
}

/// <summary>Draws an image as an affine map shows it.</summary>
internal static class AffineWarp
{
    /// <summary>The image seen through a map.</summary>
    /// <param name="image">uint8, (channels, height, width).</param>
    /// <param name="map">Where pixels come from.</param>
    /// <param name="fill">The level of every channel where there is no image.</param>
    /// <param name="interpolation">How levels between pixels are found.</param>
    internal static Tensor Apply(Tensor image, AffineMap map, ReadOnlySpan<byte> fill, Interpolation interpolation)
    {
        using var scope = new TensorScope();
        var source = image.Contiguous();
        var result = source.EmptyLike();
        var (height, width) = ((int)image.Shape[1], (int)image.Shape[2]);
        for (var channel = 0; channel < image.Shape[0]; channel++)
        {
            var plane = new Plane(source.AsSpan<byte>().Slice(channel * height * width, height * width), height, width);
            Fill(result.AsSpan<byte>().Slice(channel * height * width, height * width), plane, map, fill[channel], interpolation);
        }

        return scope.Keep(result);
    }

    private static void Fill(Span<byte> result, Plane plane, AffineMap map, byte fill, Interpolation interpolation)
    {
        for (var y = 0; y < plane.Height; y++)
            for (var x = 0; x < plane.Width; x++)
            {
                var (column, row) = (x + 0.5, y + 0.5);
                var (u, v) = (map.A * column + map.B * row + map.C, map.D * column + map.E * row + map.F);
                result[y * plane.Width + x] = u < 0 || u >= plane.Width || v < 0 || v >= plane.Height ? fill
                    : Levels.Cut(interpolation == Interpolation.Bilinear ? plane.Bilinear(u - 0.5, v - 0.5) : plane.Bicubic(u - 0.5, v - 0.5));
            }
    }

    /// <summary>One channel; beyond its edges it goes on as at the edge.</summary>
    private readonly ref struct Plane(ReadOnlySpan<byte> levels, int height, int width)
    {
        private readonly ReadOnlySpan<byte> _levels = levels;

        internal int Height => height;

        internal int Width => width;

        internal double Bilinear(double x, double y)
        {
            var (column, row) = ((int)Math.Floor(x), (int)Math.Floor(y));
            var above = Row(row);
            var below = Row(row + 1);
            var (left, right, share) = (Column(column), Column(column + 1), x - column);
            var upper = above[left] + (above[right] - above[left]) * share;
            var lower = below[left] + (below[right] - below[left]) * share;
            return upper + (lower - upper) * (y - row);
        }

        /// <summary>Keys' cubic with a = -1, which Pillow takes here.</summary>
        internal double Bicubic(double x, double y)
        {
            var (column, row) = ((int)Math.Floor(x), (int)Math.Floor(y));
            Span<double> rows = stackalloc double[4];
            for (var i = 0; i < rows.Length; i++)
            {
                var levels = Row(row + i - 1);
                rows[i] = Cubic(levels[Column(column - 1)], levels[Column(column)], levels[Column(column + 1)], levels[Column(column + 2)], x - column);
            }

            return Cubic(rows[0], rows[1], rows[2], rows[3], y - row);
        }

        private static double Cubic(double a, double b, double c, double d, double share) =>
            b + share * (c - a + share * (2 * (a - b) + c - d + share * (b - a + d - c)));

        private int Column(int column) => Math.Clamp(column, 0, width - 1);

        private ReadOnlySpan<byte> Row(int row) => _levels.Slice(Math.Clamp(row, 0, height - 1) * width, width);
    }
}
