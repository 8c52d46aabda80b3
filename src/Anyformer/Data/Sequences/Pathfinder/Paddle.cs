namespace Anyformer.Data.Sequences.Pathfinder;

/// <summary>A point, or a way, in pixels.</summary>
internal readonly record struct Point(double Y, double X)
{
    internal Point Toward(double angle, double distance) => new(Y + distance * Math.Sin(angle), X + distance * Math.Cos(angle));

    internal double DistanceTo(Point other) => Math.Sqrt((Y - other.Y) * (Y - other.Y) + (X - other.X) * (X - other.X));

    /// <summary>The direction to another point.</summary>
    internal double AngleTo(Point other) => Math.Atan2(other.Y - Y, other.X - X);

    /// <summary>The distance to the nearest point of a line.</summary>
    internal double DistanceTo(Point from, Point to)
    {
        var (dy, dx) = (to.Y - from.Y, to.X - from.X);
        var along = Math.Clamp(((Y - from.Y) * dy + (X - from.X) * dx) / Math.Max(dy * dy + dx * dx, 1e-12), 0, 1);
        return DistanceTo(new Point(from.Y + along * dy, from.X + along * dx));
    }
}

/// <summary>
/// A short line of a contour: its pivot lies a margin and a length behind its head. Its picture and its mask, the line with its margin, are drawn finer and
/// reduced with Lanczos' filter, as Pillow does.
/// </summary>
internal sealed class Paddle
{
    private const int Lobes = 3;

    /// <summary>How much finer lines are drawn.</summary>
    private const int Fineness = 2;

    private readonly double _thickness;

    private Paddle(PathfinderOptions options, int margin, Point pivot, double angle)
    {
        _thickness = options.PaddleThickness;
        (Pivot, Angle, Head) = (pivot, angle, pivot.Toward(angle, margin + options.PaddleLength));
        Tail = pivot.Toward(angle, margin);
        var reach = margin + options.PaddleThickness + Lobes;
        (Top, Left) = ((int)Math.Floor(Math.Min(Tail.Y, Head.Y) - reach), (int)Math.Floor(Math.Min(Tail.X, Head.X) - reach));
        Height = (int)Math.Ceiling(Math.Max(Tail.Y, Head.Y) + reach) - Top + 1;
        Width = (int)Math.Ceiling(Math.Max(Tail.X, Head.X) + reach) - Left + 1;
        Mask = Draw(_thickness / 2 + margin);
    }

    /// <summary>What the paddle turns around.</summary>
    internal Point Pivot { get; }

    /// <summary>Where it begins.</summary>
    internal Point Tail { get; }

    /// <summary>Where it ends.</summary>
    internal Point Head { get; }

    /// <summary>Its direction, in radians.</summary>
    internal double Angle { get; }

    /// <summary>The first row of its picture.</summary>
    internal int Top { get; }

    /// <summary>The first column of its picture.</summary>
    internal int Left { get; }

    /// <summary>Rows of its picture.</summary>
    internal int Height { get; }

    /// <summary>Columns of its picture.</summary>
    internal int Width { get; }

    /// <summary>Where no other paddle may be, row by row.</summary>
    internal float[] Mask { get; }

    /// <summary>Its brightness, row by row.</summary>
    internal float[] DrawLine() => Draw(_thickness / 2);

    /// <summary>Its mask at a pixel of the picture.</summary>
    internal float MaskAt(int y, int x) => y >= Top && y < Top + Height && x >= Left && x < Left + Width ? Mask[(y - Top) * Width + x - Left] : 0;

    /// <summary>A paddle from its pivot on.</summary>
    internal static Paddle FromPivot(PathfinderOptions options, int margin, Point pivot, double angle) => new(options, margin, pivot, angle);

    /// <summary>A paddle that begins at a point; its head is a whole pixel.</summary>
    internal static Paddle FromTail(PathfinderOptions options, int margin, Point tail, double angle)
    {
        var end = tail.Toward(angle, options.PaddleLength);
        var head = new Point(Math.Ceiling(end.Y), Math.Ceiling(end.X));
        return new(options, margin, head.Toward(angle + Math.PI, options.PaddleLength + margin), angle);
    }

    /// <summary>The line with some thickness to both sides, drawn fine and reduced.</summary>
    private float[] Draw(double radius)
    {
        var (rows, columns) = (Height * Fineness, Width * Fineness);
        var fine = new float[rows * columns];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var center = new Point(Top + (row + 0.5) / Fineness - 0.5, Left + (column + 0.5) / Fineness - 0.5);
                fine[row * columns + column] = (float)Math.Clamp((radius - center.DistanceTo(Tail, Head)) * Fineness + 0.5, 0, 1);
            }

        return Lanczos.Halve(Lanczos.Halve(fine, rows, columns), columns / Fineness, rows);
    }
}
