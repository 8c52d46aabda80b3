using Anyformer.Attention.Windows;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Windows;

public sealed class RelativePositionsTests
{
    [Fact]
    public void DistancesHaveNumbersByDirection()
    {
        using var scope = new TensorScope();
        var positions = new RelativePositions(2);
        Assert.Equal(5, positions.Count);
        Assert.Equal([0, 1, 2, 2, 3, 0, 1, 2, 4, 3, 0, 1, 4, 4, 3, 0], positions.OfPairs(4).Numbers());
        Assert.Equal([4, 4, 3, 0, 1, 2, 2], positions.OfWindow(3).Numbers());
    }

    [Fact]
    public void DirectionsMayBeTheSame()
    {
        using var scope = new TensorScope();
        var positions = new RelativePositions(2, IgnoresDirection: true);
        Assert.Equal(3, positions.Count);
        Assert.Equal([0, 1, 2, 1, 0, 1, 2, 1, 0], positions.OfPairs(3).Numbers());
        Assert.Equal([2, 2, 1, 0, 1, 2, 2], positions.OfWindow(3).Numbers());
    }

    [Fact]
    public void WithoutDistanceThereIsOnlyTheSame()
    {
        using var scope = new TensorScope();
        Assert.Equal(1, new RelativePositions(0).Count);
        Assert.Equal([0, 0, 0], new RelativePositions(0).OfWindow(1).Numbers());
    }
}
