using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Torch.Tests.Indexing;

public sealed class TensorIndexingTests
{
    private static readonly FsCheck.Gen<IndexCase> Cases = Gen.Choose(0, int.MaxValue).Select(seed => new IndexCase(seed));

    [Fact]
    public void ReadingGivesWhatTheModelGives() => Property.Holds(Cases, index =>
    {
        using var scope = new TensorScope();
        var source = Source(index.Shape);
        var (shape, sources) = IndexModel.Apply(index.Shape, index.Places);

        var part = source[index.Places.Select(place => place.ToIndex()).ToArray()];

        Assert.Equal(shape, part.Shape);
        Assert.Equal(sources, part.ToArray<long>());
    }, runs: 1500);

    [Fact]
    public void WritingChangesWhatTheModelChanges() => Property.Holds(Cases, index =>
    {
        using var scope = new TensorScope();
        var target = Source(index.Shape);
        var (shape, targets) = IndexModel.Apply(index.Shape, index.Places);
        var valueShape = ValueShape(shape, targets);
        var expected = Source(index.Shape).ToArray<long>();
        foreach (var (coordinate, flat) in Grid.Coordinates(shape).Zip(targets))
            expected[flat] = ValueAt(Grid.FlatOfBroadcast(coordinate, valueShape[^Math.Min(shape.Length, valueShape.Length)..]));

        target[index.Places.Select(place => place.ToIndex()).ToArray()] =
            Tensor.From<long>(Enumerable.Range(0, (int)Grid.Count(valueShape)).Select(i => ValueAt(i)).ToArray(), valueShape);

        Assert.Equal(expected, target.ToArray<long>());
    }, runs: 1500);

    [Fact]
    public void RangesAndPositionsGiveViews()
    {
        var x = Source([3, 4]);

        x[1, 1..3].FillInPlace(-1);
        x[TensorIndex.Ellipsis, 0].FillInPlace(-2);
        x[..].AddInPlace(100);

        Assert.Equal([98, 101, 102, 103, 98, 99, 99, 107, 98, 109, 110, 111], x.ToArray<long>());
    }

    [Fact]
    public void ListsOfPositionsGiveCopies()
    {
        var x = Source([3]);

        x[Tensor.From([0L, 1])].FillInPlace(-1);

        Assert.Equal([0, 1, 2], x.ToArray<long>());
    }

    [Fact]
    public void AByteMaskIsAMask() => Assert.Equal([0, 2], Source([3])[Tensor.From<byte>([1, 0, 1])].ToArray<long>());

    [Fact]
    public void GradientsFlowThroughReadingAndWriting()
    {
        var numbers = Functional.Arange(4, dtype: DType.Float64) + 0.5;
        GradientCheck.Assert(x => x[0][1.., TensorIndex.NewAxis] * x[0][Tensor.From([2L, 0])], numbers);
        GradientCheck.Assert(x =>
        {
            var target = x[0] * 2;
            target[1..3] = x[1];
            return target * target;
        }, numbers, Tensor.From([0.5, -1.5]));
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        var x = Source([2, 3]);
        TensorIndex[] twoEllipses = [TensorIndex.Ellipsis, TensorIndex.Ellipsis];

        Assert.Equal("The index names 3 dimensions, the tensor has 2.", Assert.Throws<ArgumentException>(() => x[0, 0, 0]).Message);
        Assert.Equal("An index may hold one ellipsis, 2 were given.", Assert.Throws<ArgumentException>(() => x[twoEllipses]).Message);
        Assert.Contains("index 2 out of range for tensor of size [2, 3] at dimension 0", Message(() => x[2]));
        Assert.Contains("slice step must be positive", Message(() => x[TensorIndex.Slice(step: -1)]));
        Assert.Contains("index 3 is out of bounds", Message(() => x[Tensor.From([3L])]));
        Assert.Contains("does not match the shape of the indexed tensor", Message(() => x[Tensor.From([true])]));
    }

    private static string Message(Func<Tensor> read) => Assert.Throws<TorchException>(read).Message;

    private static Tensor Source(long[] shape) => Functional.Arange(Grid.Count(shape)).Reshape(shape);

    private static long ValueAt(long flat) => -1 - flat;

    /// <summary>A shape that broadcasts to the given one; one number where elements are written twice, as either could win.</summary>
    private static long[] ValueShape(long[] shape, long[] targets)
    {
        if (targets.Distinct().Count() < targets.Length)
            return [];
        var random = new Random(targets.Length);
        var cut = random.Next(3) == 0 ? shape[random.Next(shape.Length + 1)..] : shape;
        var withOnes = cut.Select(size => size > 0 && random.Next(4) == 0 ? 1 : size);
        return random.Next(3) == 0 && cut.Length == shape.Length ? [1, .. withOnes] : [.. withOnes];
    }
}
