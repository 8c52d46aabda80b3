using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

[Collection(DefaultGenerator.Name)]
public sealed class RandomDrawsTests
{
    [Fact]
    public void GivenTensorsAreDrawnInOrder()
    {
        using var scope = new TensorScope();
        var (first, second) = (Tensor.From([3L, 1]), Tensor.From([0.5f]));
        using var draws = new RandomDraws(first, second);
        Assert.Same(first, RandomDraws.Integers(4, [2]));
        Assert.Equal(1, draws.Remaining);
        Assert.Same(second, RandomDraws.Normal([1], second));
    }

    [Fact]
    public void DrawsAreFreeAfterwards()
    {
        using var scope = new TensorScope();
        using (new RandomDraws()) { }
        TorchRuntime.ManualSeed(3);
        var drawn = RandomDraws.Integers(5, [200]).Numbers();
        Assert.Equal([0, 1, 2, 3, 4], drawn.Distinct().Order());
        var like = Functional.Zeros([1], DType.Float64);
        Assert.Equal(DType.Float64, RandomDraws.Normal([2], like).DType);
        Assert.All(RandomDraws.Uniform([200], like).Numbers(), value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public void MisfitsAreNamed()
    {
        using var scope = new TensorScope();
        using var draws = new RandomDraws(Tensor.From([3L, 1]));
        Assert.Equal("A given random tensor is [2], expected [3].", Assert.Throws<UserException>(() => RandomDraws.Integers(4, [3])).Message);
        Assert.Equal("The computation draws more random tensors than were given, next one of shape [2].",
            Assert.Throws<UserException>(() => RandomDraws.Integers(4, [2])).Message);
    }
}
