using Anyformer.Positions;

namespace Anyformer.Tests.Positions;

public sealed class SinusoidsTests
{
    [Theory]
    [InlineData(7, 6)]
    [InlineData(3, 5)]
    [InlineData(1, 1)]
    public void SinesAndCosinesTakeTurns(int positions, int width)
    {
        var expected =
            from position in Enumerable.Range(0, positions)
            from channel in Enumerable.Range(0, width)
            let angle = position * Math.Pow(10000, -(channel / 2 * 2.0) / width)
            select channel % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        var table = Sinusoids.Interleaved(positions, width);
        Assert.Equal([positions, (long)width], table.Shape);
        Tensors.AssertClose([.. expected], table, 1e-6);
    }
}
