using Anyformer.Attention;
using Anyformer.Blocks.Lightweight;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Blocks.Lightweight;

public sealed class DelightTests
{
    [Fact]
    public void GroupsDoNotMeetUnlessShuffled()
    {
        using var scope = new TensorScope();
        foreach (var shuffles in new[] { false, true })
        {
            var map = new GroupLinear(6, 4, 2, hasNorm: false, shuffles: shuffles);
            var input = Tensors.Normal(1, 1, 6);
            input.RequiresGrad = true;
            map.Call(input)[0, ..2].Sum().Backward();
            Assert.Equal(shuffles, input.Grad!.Numbers()[3..].Any(gradient => gradient != 0));
        }
    }

    [Fact]
    public void AGroupedMapIsALinearMapOfBlocks() => Anyformer.Testing.Property.Holds(
        from groups in Gen.Choose(1, 4)
        from inputs in Gen.Choose(1, 3)
        from outputs in Gen.Choose(1, 3)
        select (groups, inputs, outputs), size =>
        {
            using var scope = new TensorScope();
            var map = new GroupLinear(size.groups * size.inputs, size.groups * size.outputs, size.groups, hasNorm: false);
            var (input, weight) = (Tensors.Normal(1, 2, 3, size.groups * size.inputs), map.StateDict()["weight"]);
            var blocks = Enumerable.Range(0, size.groups).Select(group => input.Narrow(-1, group * size.inputs, size.inputs).MatMul(weight[group]));
            Tensors.AssertClose(Functional.Cat([.. blocks], -1), map.Call(input));
        });

    [Fact]
    public void ThePlansOfThePapers()
    {
        Assert.Equal([new(8, 8, 2), new(16, 32, 4), new(40, 32, 4), new(40, 8, 2)], GroupPlan.Dextra(8, 8, 32, 4, 4));
        Assert.Equal([new(16, 24, 4), new(40, 24, 2), new(40, 8, 1)], GroupPlan.Define(16, 8, 24, 3, 4));
        // Past the most groups DeFINE begins again at one.
        Assert.Equal([2, 1, 2, 1], GroupPlan.Define(16, 8, 32, 4, 2).Select(map => map.Groups));
        Assert.Equal(3, GroupPlan.Dextra(16, 16, 64, 3, 8).Count);
    }

    [Fact]
    public void BlocksGrowWithDepth()
    {
        Assert.Equal([new(4, 2), new(6, 2.5), new(8, 3)], DelightScaling.Of(4, 8, 3, 2));
        Assert.Equal([new(4, 2)], DelightScaling.Of(4, 8, 1, 2));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var mixer = new DelightAttention(new TokenMixerShape(5, 16, 2), new DelightAttentionOptions());
        mixer.To(DType.Float64);
        var input = Tensors.Normal64(1, 1, 4, 16);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. mixer.Parameters()], () => (mixer.Call(input) * Tensors.Normal64(2, 1, 4, 16)).Sum(), 1e-5);
    }

    [Fact]
    public void ErrorsNameWhatIsWrong()
    {
        Assert.Equal("Inputs and outputs of a grouped linear map must be multiples of its groups, found 6 and 4 with 4 groups.",
            Assert.Throws<UserException>(() => new GroupLinear(6, 4, 4)).Message);
        Assert.Equal("A unit of grouped maps needs a depth of 2 or more, found 1.", Assert.Throws<UserException>(() => GroupPlan.Dextra(8, 8, 16, 1, 4)).Message);
        Assert.Equal("DeLighT needs blocks and depths of 1 or more, found 0 blocks of depths 4 to 8.",
            Assert.Throws<UserException>(() => DelightScaling.Of(4, 8, 0, 2)).Message);
        Assert.Equal("DeLighT needs tokens at least as wide as its reduction, found width 2 and reduction 4.",
            Assert.Throws<UserException>(() => new DelightAttention(new TokenMixerShape(5, 2, 1), new DelightAttentionOptions { Reduction = 4 })).Message);
    }
}
