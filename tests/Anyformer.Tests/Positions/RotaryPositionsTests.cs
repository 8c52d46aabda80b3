using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

public sealed class RotaryPositionsTests
{
    private static readonly PositionShape s_shape = new(Tokens: 0, Width: 8, HeadWidth: 4);

    [Fact]
    public void SomeElementsTurnAndTheOthersPass()
    {
        using var scope = new TensorScope();
        var rotary = new RotaryPositions(new PositionShape(0, 0, 6), new RotaryPositionsOptions { Fraction = 0.34 });
        var turned = rotary.CallQueries(Tensor.From([1.0, 2, 3, 4, 5, 6], 1, 1, 1, 6), first: 3);
        Tensors.AssertClose([Math.Cos(3) - 2 * Math.Sin(3), 2 * Math.Cos(3) + Math.Sin(3), 3, 4, 5, 6], turned, 1e-6);
    }

    [Fact]
    public void NeighboursAndHalvesAreTheSameInAnotherOrder()
    {
        using var scope = new TensorScope();
        var (halves, neighbours) = (new RotaryPositions(s_shape, new RotaryPositionsOptions()), new InterleavedRotaryPositions(s_shape, new RotaryPositionsOptions()));
        var heads = Tensors.Normal64(1, 2, 3, 5, 4);
        var order = Tensor.From<long>([0, 2, 1, 3], 4);
        Tensors.AssertClose(halves.CallKeys(heads).IndexSelect(3, order), neighbours.CallKeys(heads.IndexSelect(3, order)), 1e-12);
    }

    [Fact]
    public void ScalingsChangeAngles()
    {
        using var scope = new TensorScope();
        var options = new ScaledRotaryOptions { Factor = 4, TrainedTokens = 8 };
        Tensors.AssertClose([0.75, 0.0075], new LinearRotaryPositions(s_shape, options).Angles(3, 1), 1e-6);
        // 10000 · 4^(4/2) has the root 400: the slowest pair turns four times as slowly, the fastest as before.
        Tensors.AssertClose([3, 3 / 400.0], new NtkRotaryPositions(s_shape, options).Angles(3, 1), 1e-6);
        Tensors.AssertClose([3, 0.03], new DynamicRotaryPositions(s_shape, options).Angles(3, 5)[..1], 1e-6);
        // Of 16 tokens: factor 4 · 16/8 - 3 = 5.
        Tensors.AssertClose([3, 3 / 500.0], new DynamicRotaryPositions(s_shape, options).Angles(3, 13)[..1], 1e-6);
    }

    [Fact]
    public void YarnLeavesFastPairsAndInterpolatesSlowOnes()
    {
        using var scope = new TensorScope();
        // Pair i turns 1024 / (2π 10000^(i/8)) times in training: 163 times, 51.5, 16.3, 5.2, 1.6, 0.5 ..., so the ramp goes from pair 1 to pair 5.
        var yarn = new YarnRotaryPositions(new PositionShape(0, 0, 16), new ScaledRotaryOptions { Factor = 8, TrainedTokens = 1024 });
        var expected = Enumerable.Range(0, 8).Select(pair =>
        {
            var (plain, ramp) = (Math.Pow(10000, -pair / 8.0), Math.Clamp((pair - 1) / 4.0, 0, 1));
            return plain / 8 * ramp + plain * (1 - ramp);
        });
        Tensors.AssertClose([.. expected], yarn.Angles(1, 1), 1e-6);
        Assert.Equal(1.2079441541679836, yarn.Magnitude, 1e-12);
    }

    [Fact]
    public void XposShrinksScoresWithTheDistance()
    {
        using var scope = new TensorScope();
        var xpos = new XposPositions(new PositionShape(0, 0, 2), new XposPositionsOptions { ScaleBase = 2 });
        var ones = Functional.Ones([1, 1, 4, 2], DType.Float64);
        var scores = xpos.CallQueries(ones).MatMul(xpos.CallKeys(ones).Transpose(-2, -1));
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++)
                Assert.Equal(2 * Math.Cos(i - j) * Math.Pow(0.4 / 1.4, (i - j) / 2.0), scores[0, 0, i, j].Item<double>(), 1e-4);
    }

    [Fact]
    public void AnOddWidthIsRefused() => Assert.Equal("Rotary positions turn pairs of elements, so the width of a head must be even, found 3.",
        Assert.Throws<UserException>(() => new RotaryPositions(new PositionShape(0, 6, 3), new RotaryPositionsOptions())).Message);
}
