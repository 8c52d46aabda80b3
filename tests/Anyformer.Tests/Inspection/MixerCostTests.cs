using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;

namespace Anyformer.Tests.Inspection;

public sealed class MixerCostTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(1.5)]
    [InlineData(2.0)]
    public void TheExponentOfAPowerIsItsExponent(double power) =>
        Assert.Equal(power, MixerCost.Exponent(new[] { 1024.0, 2048, 5000, 16384 }.Select(x => (x, 3e-7 * Math.Pow(x, power)))), 9);

    [Fact]
    public void OfNoisyPointsItIsTheSlopeOfLeastSquares() =>
        Assert.Equal(1.5, MixerCost.Exponent([(1, 1), (Math.E, Math.E * Math.E), (Math.E * Math.E, Math.E * Math.E * Math.E)]), 9);

    [Fact]
    public void CostsAreMeasured()
    {
        var cost = MixerCost.Of(new MultiHeadAttention(8, 2, new SoftmaxAttention()), Tensors.Normal(1, 1, 20, 8), null, rounds: 2);
        Assert.Equal(20, cost.Tokens);
        Assert.True(cost is { ForwardSeconds: > 0, StepSeconds: > 0, PeakBytes: >= 0 });
    }
}
