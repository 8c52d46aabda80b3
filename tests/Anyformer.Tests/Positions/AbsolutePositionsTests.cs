using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

/// <summary>What is added to tokens for their positions.</summary>
public sealed class AbsolutePositionsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    [InlineData(3)]
    public void HalvesOfSinesAndCosinesReachTheSlowestWave(int width)
    {
        using var scope = new TensorScope();
        var half = width / 2;
        double Wave(int position, int channel)
        {
            if (channel == 2 * half)
                return 0;
            var angle = position * Math.Pow(10000, -(channel % half) / Math.Max(1.0, half - 1));
            return channel < half ? Math.Sin(angle) : Math.Cos(angle);
        }

        var expected = Enumerable.Range(3, 4).SelectMany(position => Enumerable.Range(0, width).Select(channel => Wave(position, channel)));
        Tensors.AssertClose([.. expected], Sinusoids.HalfSplit(TokenPositions.Range(3, 4), width), 1e-6);
    }

    [Fact]
    public void TokensAreCountedFromAfterThePadding()
    {
        using var scope = new TensorScope();
        var tokens = Tensor.From<long>([5, 1, 6, 1, 1, 1, 7, 8], 2, 4);
        Assert.Equal([2.0, 1, 3, 1, 1, 1, 2, 3], TokenPositions.Counted(tokens, padding: 1).Numbers());
    }

    [Fact]
    public void ScaledWavesBeginAtOneOverTheRootOfTheWidth()
    {
        using var scope = new TensorScope();
        var positions = new ScaledSinusoidalPositions(new PositionShape(0, 4, 4), new ScaledSinusoidalPositionsOptions { Base = 100 });
        Tensors.AssertClose([Math.Sin(2) / 2, Math.Sin(0.2) / 2, Math.Cos(2) / 2, Math.Cos(0.2) / 2], positions.At(TokenPositions.Range(2, 1)), 1e-6);
    }

    [Fact]
    public void LearnedPositionsAddRowsOfTheirTable()
    {
        using var scope = new TensorScope();
        var positions = new LearnedPositions(5, 2, scale: 0.5);
        var table = positions.Parameters().Single();
        var tokens = Tensors.Normal(1, 1, 2, 2);
        Tensors.AssertClose(tokens + table[3..] * 0.5, positions.CallTokens(tokens, first: 3));
        Assert.Equal("Learned positions were built for 5 tokens, found a sample of 6.",
            Assert.Throws<UserException>(() => positions.CallTokens(tokens, first: 4)).Message);
    }

    [Fact]
    public void ScaledWavesOfOddWidthAreRefused() => Assert.Equal(
        "Scaled sinusoidal positions have as many sines as cosines, so the width must be even, found 5.",
        Assert.Throws<UserException>(() => new ScaledSinusoidalPositions(new PositionShape(0, 5, 5), new ScaledSinusoidalPositionsOptions())).Message);
}
