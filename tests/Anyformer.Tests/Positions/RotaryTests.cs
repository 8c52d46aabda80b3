using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

public sealed class RotaryTests
{
    [Fact]
    public void TurnsElementsOfBothHalves()
    {
        using var scope = new TensorScope();
        var angles = Rotary.Angles(Functional.Arange(3), 4);
        Tensors.AssertClose([0, 0, 1, 0.01, 2, 0.02], angles, 1e-7);
        var turned = Rotary.Turn(Tensor.From([1.0, 2, 3, 4], 1, 4), angles[1..2]);
        var (c0, s0, c1, s1) = (Math.Cos(1), Math.Sin(1), Math.Cos(0.01), Math.Sin(0.01));
        Tensors.AssertClose([c0 - 3 * s0, 2 * c1 - 4 * s1, 3 * c0 + s0, 4 * c1 + 2 * s1], turned, 1e-7);
    }

    [Fact]
    public void AnOddWidthIsRefused() => Assert.Equal("Rotary positions turn pairs of elements, so the width of a head must be even, found 5.",
        Assert.Throws<UserException>(() => Rotary.Angles(Functional.Arange(3), 5)).Message);
}
