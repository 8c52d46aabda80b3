using Anyformer.Data.Images.Transforms;

namespace Anyformer.Tests.Data.Images.Transforms;

public sealed class ImageRandomTests
{
    [Fact]
    public void DrawsDependOnSeedEpochAndImage()
    {
        var draws = from seed in Enumerable.Range(0, 5)
                    from epoch in Enumerable.Range(0, 5)
                    from index in Enumerable.Range(-2, 5)
                    select new ImageRandom(seed, epoch, index).Uniform();
        Assert.Equal(125, draws.Distinct().Count());
        Assert.Equal(new ImageRandom(1, 2, 3).Normal(), new ImageRandom(1, 2, 3).Normal());
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.8)]
    [InlineData(1)]
    [InlineData(3)]
    public void BetaHasItsMoments(double alpha)
    {
        var draws = Enumerable.Range(0, 20_000).Select(i => new ImageRandom(9, 0, i).Beta(alpha)).ToArray();
        var mean = draws.Average();
        Assert.All(draws, draw => Assert.InRange(draw, 0, 1));
        Assert.Equal(0.5, mean, 0.01);
        Assert.Equal(1 / (4 * (2 * alpha + 1)), draws.Average(draw => (draw - mean) * (draw - mean)), 0.005);
    }

    [Fact]
    public void NormalHasItsMoments()
    {
        var random = new ImageRandom(9, 0, 0);
        var draws = Enumerable.Range(0, 20_000).Select(_ => random.Normal()).ToArray();
        Assert.Equal(0, draws.Average(), 0.03);
        Assert.Equal(1, draws.Average(draw => draw * draw), 0.05);
    }
}
