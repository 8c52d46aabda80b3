namespace Anyformer.Torch.Tests.Indexing;

/// <summary>A random shape and a random index that fits it.</summary>
public sealed class IndexCase
{
    private const double Rare = 0.08;

    private readonly Random _random;
    private readonly long[] _common;
    private int _dimension;

    public IndexCase(int seed)
    {
        _random = new Random(seed);
        Shape = Draw(_random.Next(5), () => _random.NextDouble() < Rare ? 0L : _random.NextInt64(1, 5));
        _common = Draw(_random.Next(1, 3), () => _random.NextInt64(1, 4));
        DrawPlaces();
    }

    public long[] Shape { get; }

    public List<Place> Places { get; } = [];

    public override string ToString() => $"[{string.Join(", ", Shape)}] at [{string.Join(", ", Places)}]";

    private void DrawPlaces()
    {
        var ellipsisAt = _random.NextDouble() < 0.4 ? _random.Next(Shape.Length + 1) : -1;
        var maskIsAllowed = _random.Next(2) == 0;
        while (true)
        {
            while (_random.NextDouble() < Rare)
                Places.Add(new Place.NewAxis());
            if (_dimension >= ellipsisAt && ellipsisAt >= 0)
            {
                Places.Add(new Place.Ellipsis());
                _dimension += _random.Next(Shape.Length - _dimension + 1);
                ellipsisAt = -1;
                // After an ellipsis everything up to the last dimension is named.
                while (_dimension < Shape.Length)
                    Places.Add(DrawPlace(maskIsAllowed));
                return;
            }

            if (_dimension == Shape.Length || _random.NextDouble() < Rare)
                return;
            Places.Add(DrawPlace(maskIsAllowed));
        }
    }

    private Place DrawPlace(bool maskIsAllowed)
    {
        var size = Shape[_dimension];
        if (maskIsAllowed && _random.Next(4) == 0 && !Places.Exists(place => place is Place.Mask or Place.Positions { Shape.Length: > 0 }))
            return DrawMask();
        _dimension++;
        return _random.Next(size == 0 ? 2 : 5) switch
        {
            0 => new Place.Span(_random.Next(3) == 0 ? Range.All : new Range(DrawIndex(size), DrawIndex(size))),
            1 => new Place.Slice(_random.Next(-6, 7), _random.Next(3) == 0 ? null : _random.Next(-6, 7), _random.Next(1, 4)),
            2 => new Place.Position(_random.NextInt64(-size, size)),
            3 => new Place.Position(_random.NextInt64(1, size + 1), FromEnd: true),
            _ => DrawPositions(size),
        };
    }

    private Index DrawIndex(long size) => new(_random.Next((int)size + 3), fromEnd: _random.Next(2) == 0);

    private Place.Positions DrawPositions(long size)
    {
        var mask = Places.OfType<Place.Mask>().FirstOrDefault();
        var common = mask is null ? _common : [mask.Values.Count(value => value)];
        var shape = _random.NextDouble() < Rare ? [] : common[(mask is null ? _random.Next(common.Length) : 0)..];
        shape = Array.ConvertAll(shape, length => length > 0 && _random.Next(4) == 0 ? 1 : length);
        return new Place.Positions(shape, Draw((int)Grid.Count(shape), () => _random.NextInt64(-size, size)));
    }

    private Place.Mask DrawMask()
    {
        // A mask of no dimensions takes none, and adds one.
        var dimensions = _random.NextDouble() < Rare ? 0 : _random.Next(1, Math.Min(2, Shape.Length - _dimension) + 1);
        var shape = Shape[_dimension..(_dimension + dimensions)];
        _dimension += dimensions;
        return new Place.Mask(shape, Draw((int)Grid.Count(shape), () => _random.Next(2) == 0));
    }

    private static T[] Draw<T>(int count, Func<T> draw) => Enumerable.Range(0, count).Select(_ => draw()).ToArray();
}
