namespace Anyformer.Data.Sequences.Pathfinder;

/// <summary>A picture that paddles are put into, and where there is no room any more: at its border, and where paddles are.</summary>
internal sealed class PathfinderCanvas
{
    /// <summary>Two masks overlap where they add up to this.</summary>
    private const float Overlap = 1.8f;

    private readonly int _size;
    private readonly float[] _brightness;
    private readonly float[] _taken;

    /// <summary>An empty picture.</summary>
    internal PathfinderCanvas(int size)
    {
        (_size, _brightness, _taken) = (size, new float[size * size], new float[size * size]);
        for (var i = 0; i < size; i++)
            _taken[i] = _taken[^(i + 1)] = _taken[i * size] = _taken[i * size + size - 1] = 1;
    }

    /// <summary>The share of pixels that no paddle's mask takes.</summary>
    internal double FreeShare => _taken.Count(value => value < 0.5f) / (double)_taken.Length;

    /// <summary>How far the pixels within some distance are taken at most; what lies outside the picture does not count.</summary>
    internal float TakenAround(int y, int x, int radius)
    {
        var most = 0f;
        for (var row = Math.Max(0, y - radius); row <= Math.Min(_size - 1, y + radius); row++)
            for (var column = Math.Max(0, x - radius); column <= Math.Min(_size - 1, x + radius); column++)
                if ((row - y) * (row - y) + (column - x) * (column - x) <= radius * radius)
                    most = Math.Max(most, _taken[row * _size + column]);
        return most;
    }

    /// <summary>Whether a paddle lies inside and overlaps no mask.</summary>
    /// <param name="paddle">The paddle.</param>
    /// <param name="other">A paddle whose mask was not put in yet.</param>
    internal bool HasRoomFor(Paddle paddle, Paddle? other)
    {
        foreach (var end in (ReadOnlySpan<Point>)[paddle.Tail, paddle.Head])
            if (!IsInside((int)Math.Round(end.Y), (int)Math.Round(end.X)))
                return false;
        for (var row = 0; row < paddle.Height; row++)
            for (var column = 0; column < paddle.Width; column++)
                if (paddle.Mask[row * paddle.Width + column] is > Overlap - 1 and var mask && mask + Taken(paddle.Top + row, paddle.Left + column, other) >= Overlap)
                    return false;
        return true;
    }

    /// <summary>Draws a paddle.</summary>
    internal void Draw(Paddle paddle, double contrast)
    {
        var line = paddle.DrawLine();
        foreach (var (to, from) in Pixels(paddle))
            _brightness[to] = Math.Max(_brightness[to], (float)contrast * line[from]);
    }

    /// <summary>Takes the room of a paddle. Its successor, which comes as near as no other may, is placed before.</summary>
    internal void Take(Paddle paddle)
    {
        foreach (var (to, from) in Pixels(paddle))
            _taken[to] = Math.Max(_taken[to], paddle.Mask[from]);
    }

    /// <summary>Puts a white disc in.</summary>
    internal void AddMarker(Point center, double radius)
    {
        var (y, x) = (Math.Round(center.Y), Math.Round(center.X));
        for (var i = 0; i < _brightness.Length; i++)
            if (new Point(i / _size, i % _size).DistanceTo(new Point(y, x)) <= radius)
                _brightness[i] = 1;
    }

    /// <summary>The picture in bytes, row by row.</summary>
    internal byte[] ToBytes() => [.. _brightness.Select(value => (byte)(255 * Math.Min(1, value)))];

    private float Taken(int y, int x, Paddle? other) => Math.Max(IsInside(y, x) ? _taken[y * _size + x] : 0, other?.MaskAt(y, x) ?? 0);

    /// <summary>The places of a paddle's pixels here and in its own picture.</summary>
    private IEnumerable<(int Here, int There)> Pixels(Paddle paddle)
    {
        for (var row = 0; row < paddle.Height; row++)
            for (var column = 0; column < paddle.Width; column++)
                if (IsInside(paddle.Top + row, paddle.Left + column))
                    yield return ((paddle.Top + row) * _size + paddle.Left + column, row * paddle.Width + column);
    }

    private bool IsInside(int y, int x) => y >= 0 && y < _size && x >= 0 && x < _size;
}
