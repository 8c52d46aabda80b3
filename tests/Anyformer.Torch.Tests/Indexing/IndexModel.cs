namespace Anyformer.Torch.Tests.Indexing;

/// <summary>
/// PyTorch's indexing in plain C#: for every element of the result, the position in the source that it stands for. An index is a row of
/// axes; each either walks a dimension of the result of its own, or is one of the position lists that walk together.
/// </summary>
public sealed class IndexModel
{
    private readonly long[] _source;
    private readonly List<Axis> _axes = [];

    private IndexModel(long[] source, IReadOnlyList<Place> places)
    {
        _source = source;
        var named = places.Sum(Named);
        foreach (var place in places)
            Add(place, source.Length - named);
        AddWhole(source.Length - _axes.Sum(axis => axis.FromSource ? 1 : 0));
    }

    /// <summary>The shape of the result, and the flat position in the source of each of its elements.</summary>
    public static (long[] Shape, long[] Sources) Apply(long[] source, IReadOnlyList<Place> places)
    {
        var model = new IndexModel(source, places);
        return model.Resolve();
    }

    private static int Named(Place place) => place switch
    {
        Place.Ellipsis or Place.NewAxis => 0,
        Place.Mask mask => mask.Shape.Length,
        _ => 1,
    };

    private void Add(Place place, int whole)
    {
        var size = NextSize();
        switch (place)
        {
            case Place.Position position:
                var at = position.FromEnd ? size - position.Value : position.Value;
                _axes.Add(Axis.Fixed(at < 0 ? at + size : at));
                break;
            case Place.Span span:
                var start = span.Range.Start.IsFromEnd ? Math.Max(0, size - span.Range.Start.Value) : span.Range.Start.Value;
                var end = span.Range.End.IsFromEnd ? Math.Max(0, size - span.Range.End.Value) : span.Range.End.Value;
                _axes.Add(Axis.Walk(Steps(start, end, 1, size)));
                break;
            case Place.Slice slice:
                _axes.Add(Axis.Walk(Steps(Wrap(slice.Start, size), Wrap(slice.Stop ?? size, size), slice.Step, size)));
                break;
            case Place.NewAxis:
                _axes.Add(Axis.Walk([0]) with { FromSource = false });
                break;
            case Place.Ellipsis:
                AddWhole(whole);
                break;
            case Place.Positions { Shape: [] } positions:
                _axes.Add(Axis.Fixed((positions.Values[0] + size) % size));
                break;
            case Place.Positions positions:
                _axes.Add(Axis.Together(positions.Shape, positions.Values.Select(value => (value + size) % size).ToArray()));
                break;
            case Place.Mask { Shape: [] } mask:
                _axes.Add(Axis.Together([mask.Values[0] ? 1 : 0], [0]) with { FromSource = false });
                break;
            case Place.Mask mask:
                AddMask(mask);
                break;
        }
    }

    private long NextSize()
    {
        var dimension = _axes.Count(axis => axis.FromSource);
        return dimension < _source.Length ? _source[dimension] : 0;
    }

    private static long Wrap(long position, long size) => position < 0 ? Math.Max(0, position + size) : position;

    private static long[] Steps(long start, long end, long step, long size)
    {
        var positions = new List<long>();
        for (var at = start; at < Math.Min(end, size); at += step)
            positions.Add(at);
        return [.. positions];
    }

    private void AddWhole(int count)
    {
        for (var i = 0; i < count; i++)
            _axes.Add(Axis.Walk(Steps(0, long.MaxValue, 1, NextSize())));
    }

    private void AddMask(Place.Mask mask)
    {
        var hits = Grid.Coordinates(mask.Shape).Where((_, flat) => mask.Values[flat]).ToList();
        for (var dimension = 0; dimension < mask.Shape.Length; dimension++)
            _axes.Add(Axis.Together([hits.Count], hits.Select(hit => hit[dimension]).ToArray()));
    }

    private (long[] Shape, long[] Sources) Resolve()
    {
        var together = _axes.Where(axis => axis.Kind == AxisKind.Together).ToList();
        var common = together.Count == 0 ? [] : Grid.Broadcast(together.Select(axis => axis.Shape));
        var front = DimensionsBeforeCommon();
        var walks = _axes.Where(axis => axis.Kind == AxisKind.Walk).ToList();
        long[] shape = [.. walks[..front].Select(axis => axis.Shape[0]), .. common, .. walks[front..].Select(axis => axis.Shape[0])];
        return (shape, Grid.Coordinates(shape).Select(coordinate => SourceOf(coordinate, front, common.Length)).ToArray());
    }

    /// <summary>Lists that walk together stand where the first stood when they are neighbours, and in front of all otherwise.</summary>
    private int DimensionsBeforeCommon()
    {
        var kept = _axes.Where(axis => axis.Kind != AxisKind.Fixed).ToList();
        var first = kept.FindIndex(axis => axis.Kind == AxisKind.Together);
        var last = kept.FindLastIndex(axis => axis.Kind == AxisKind.Together);
        return first < 0 || kept[first..last].Exists(axis => axis.Kind == AxisKind.Walk) ? 0 : first;
    }

    private long SourceOf(long[] coordinate, int front, int commonLength)
    {
        var common = coordinate[front..(front + commonLength)];
        long[] walked = [.. coordinate[..front], .. coordinate[(front + commonLength)..]];
        var walk = 0;
        var source = new List<long>();
        foreach (var axis in _axes)
        {
            var at = axis.Kind switch
            {
                AxisKind.Fixed => axis.Positions[0],
                AxisKind.Walk => axis.Positions[walked[walk++]],
                _ => axis.Positions[Grid.FlatOfBroadcast(common, axis.Shape)],
            };
            if (axis.FromSource)
                source.Add(at);
        }

        return Grid.FlatOf([.. source], _source);
    }

    private enum AxisKind
    {
        Fixed,
        Walk,
        Together,
    }

    private sealed record Axis(AxisKind Kind, long[] Shape, long[] Positions, bool FromSource = true)
    {
        public static Axis Fixed(long position) => new(AxisKind.Fixed, [], [position]);

        public static Axis Walk(long[] positions) => new(AxisKind.Walk, [positions.Length], positions);

        public static Axis Together(long[] shape, long[] positions) => new(AxisKind.Together, shape, positions);
    }
}
