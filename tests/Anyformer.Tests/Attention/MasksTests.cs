using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class MasksTests
{
    [Fact]
    public void ACausalMaskIsALowerTriangle() => Assert.Equal([1.0, 0, 0, 1, 1, 0, 1, 1, 1], Masks.Causal(3).Numbers());

    [Fact]
    public void OnlyTheCausalMaskIsCausal()
    {
        using var scope = new TensorScope();
        Assert.True(Masks.IsCausal(Masks.Causal(1), 1, 1));
        Assert.True(Masks.IsCausal(Masks.Causal(4), 4, 4));
        Assert.True(Masks.IsCausal(Masks.Causal(4).Expand([2, 3, 4, 4]), 4, 4));
        Assert.False(Masks.IsCausal(Functional.Ones([4, 4], DType.Bool), 4, 4));
        Assert.False(Masks.IsCausal(Masks.Causal(4)[..3], 3, 4));
        Assert.False(Masks.IsCausal(Functional.Ones([4], DType.Bool), 4, 4));
        // Broadcast, a mask of one element says nothing of an order.
        Assert.False(Masks.IsCausal(Masks.Causal(1), 4, 4));
        Assert.False(Masks.IsCausal(Masks.Causal(1), 4, 1));
        var padded = Masks.Causal(4).Expand([2, 1, 4, 4]).Clone();
        padded[1, 0, .., 0] = Tensor.From(false);
        Assert.False(Masks.IsCausal(padded, 4, 4));
    }
}
