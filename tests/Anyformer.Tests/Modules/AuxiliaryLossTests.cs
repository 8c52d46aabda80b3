using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

public sealed class AuxiliaryLossTests
{
    [Fact]
    public void TermsJoinTheLossAndItsGradient()
    {
        using var scope = new TensorScope();
        var weight = Tensor.From([2f]);
        weight.RequiresGrad = true;
        using var auxiliary = new AuxiliaryLoss();
        using (new TensorScope())
            AuxiliaryLoss.Add(weight * 3);
        AuxiliaryLoss.Add(weight.Square());
        var loss = auxiliary.AddTo(weight.Sum());
        loss.Backward();
        Assert.Equal([12.0], loss.Numbers());
        Assert.Equal([1.0 + 3 + 4], weight.Grad!.Numbers());
    }

    [Fact]
    public void NobodyCollectsOutside()
    {
        using var scope = new TensorScope();
        Assert.False(AuxiliaryLoss.IsCollecting);
        AuxiliaryLoss.Add(Tensor.From([1f]));
        using var auxiliary = new AuxiliaryLoss();
        Assert.True(AuxiliaryLoss.IsCollecting);
        Assert.Empty(auxiliary.Terms);
    }
}
