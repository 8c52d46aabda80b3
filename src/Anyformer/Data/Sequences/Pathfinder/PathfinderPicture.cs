namespace Anyformer.Data.Sequences.Pathfinder;

/// <summary>
/// Draws one Pathfinder picture: two long dashed contours, short ones to distract, and two discs, which lie at the ends of one contour (label 1) or of both
/// (label 0). The algorithm is that of the generator that the Long Range Arena used; its pictures have this distribution, not these pixels.
/// </summary>
internal sealed class PathfinderPicture
{
    private const int PaddleTries = 3;
    private const int SeedTries = 100;
    private const int PairTries = 100_000;
    private const double LeastFree = 0.01;

    private readonly PathfinderOptions _options;
    private readonly SplitMix _random;
    private readonly int _margin;
    private PathfinderCanvas _canvas;

    /// <summary>Draws a picture.</summary>
    internal PathfinderPicture(PathfinderOptions options, SplitMix random)
    {
        (_options, _random, _canvas) = (options, random, new PathfinderCanvas(options.Size));
        Label = random.Next(2);
        _margin = options.PaddleMargins[random.Next(options.PaddleMargins.Count)];
        Contours = DrawContours();
        DrawDistractors();
        var first = random.Next(2);
        Markers = [Contours[first][0].Tail, Contours[Label == 1 ? first : 1 - first][^1].Head];
        foreach (var marker in Markers)
            _canvas.AddMarker(marker, options.MarkerRadius);
        Bytes = _canvas.ToBytes();
    }

    /// <summary>1 when both discs lie on one contour, 0 otherwise.</summary>
    internal int Label { get; }

    /// <summary>The paddles of the two long contours.</summary>
    internal List<Paddle>[] Contours { get; }

    /// <summary>Where the discs lie.</summary>
    internal Point[] Markers { get; }

    /// <summary>The picture, row by row.</summary>
    internal byte[] Bytes { get; }

    private int Step => _options.PaddleLength + _margin;

    /// <summary>The two contours, a paddle of each in turn. A pair that gets stuck is begun anew.</summary>
    private List<Paddle>[] DrawContours()
    {
        for (var i = 0; i < PairTries; i++)
        {
            _canvas = new PathfinderCanvas(_options.Size);
            if (TryDrawPair() is { } pair)
                return pair;
        }

        throw new InvalidOperationException($"No pair of contours of {_options.ContourLength} paddles fits into {_options.Size} pixels.");
    }

    private List<Paddle>[]? TryDrawPair()
    {
        if (Seed(RandomTail(border: 2 * _options.SeedDistance), beside: null) is not { } first)
            return null;
        var tail = first.Tail.Toward(Radians(_random.Next(360)), _options.SeedDistance);
        if (Seed(new Point(Math.Round(tail.Y), Math.Round(tail.X)), first) is not { } second)
            return null;
        List<Paddle>[] pair = [[first], [second]];
        for (var i = 1; i < _options.ContourLength; i++)
            for (var which = 0; which < pair.Length; which++)
                if (!TryExtend(pair[which], beside: pair[1 - which][^1]))
                    return null;
        foreach (var contour in pair)
            _canvas.Take(contour[^1]);
        return pair;
    }

    private void DrawDistractors()
    {
        for (var i = 0; i < _options.Distractors && _canvas.FreeShare >= LeastFree; i++)
        {
            var seed = (Paddle?)null;
            for (var tries = 0; seed is null && tries < SeedTries; tries++)
                seed = Seed(RandomTail(border: 0), beside: null);
            if (seed is null)
                return;
            List<Paddle> contour = [seed];
            while (contour.Count < _options.DistractorLength && TryExtend(contour, beside: null)) { }
            _canvas.Take(contour[^1]);
        }
    }

    private Point RandomTail(int border) =>
        new(border + _random.Next(_options.Size - 2 * border), border + _random.Next(_options.Size - 2 * border));

    /// <summary>A first paddle of random direction; null when there is no room for it.</summary>
    private Paddle? Seed(Point tail, Paddle? beside) => Place(Paddle.FromTail(_options, _margin, tail, Radians(_random.Next(360) - 180)), beside);

    private Paddle? Place(Paddle paddle, Paddle? beside)
    {
        if (!_canvas.HasRoomFor(paddle, beside))
            return null;
        _canvas.Draw(paddle, _options.PaddleContrast);
        return paddle;
    }

    /// <summary>Adds a paddle whose head lies on a circle around the next pivot, the less likely the more it turns.</summary>
    private bool TryExtend(List<Paddle> contour, Paddle? beside)
    {
        var last = contour[^1];
        var pivot = last.Pivot.Toward(last.Angle, _options.PaddleLength + 2 * _margin);
        var heads = Heads(pivot, last.Angle);
        for (var i = 0; i < PaddleTries; i++)
        {
            if (Choose(heads) is not { } head)
                return false;
            if (Place(Paddle.FromPivot(_options, _margin, pivot, pivot.AngleTo(head)), beside) is not { } paddle)
                continue;
            _canvas.Take(last);
            contour.Add(paddle);
            return true;
        }

        return false;
    }

    /// <summary>The pixels on the circle, a candidate for each pixel of its arc, and their weights.</summary>
    private List<(Point Head, double Weight)> Heads(Point pivot, double straight)
    {
        var heads = new List<(Point, double)>();
        var (seen, arcs) = (new HashSet<(int, int)>(), (int)Math.Round(2 * Math.PI * Step));
        for (var i = 0; i < arcs; i++)
        {
            var point = pivot.Toward(2 * Math.PI * i / arcs, Step);
            var (y, x) = ((int)Math.Round(point.Y), (int)Math.Round(point.X));
            if (y < 0 || y >= _options.Size || x < 0 || x >= _options.Size || !seen.Add((y, x)))
                continue;
            var head = new Point(y, x);
            var turn = _options.Continuity * Math.Abs(Math.IEEERemainder(pivot.AngleTo(head) - straight, 2 * Math.PI));
            if (turn < Math.PI / 2)
                heads.Add((head, (1 - _canvas.TakenAround(y, x, _margin)) * Math.Pow(Math.Cos(turn), 2)));
        }

        return heads;
    }

    /// <summary>A candidate by its weight; null when all weigh nothing.</summary>
    private Point? Choose(List<(Point Head, double Weight)> heads)
    {
        var rest = _random.NextDouble() * heads.Sum(head => head.Weight);
        foreach (var (head, weight) in heads)
            if ((rest -= weight) < 0)
                return head;
        return null;
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
