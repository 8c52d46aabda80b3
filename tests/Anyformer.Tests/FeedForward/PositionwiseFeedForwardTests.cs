using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.FeedForward;

public sealed class PositionwiseFeedForwardTests
{
    private readonly PositionwiseFeedForward _module = new(3, 5, Activations.Named("gelu"));

    [Fact]
    public void IsTwoMapsWithTheActivationBetween()
    {
        using var scope = new TensorScope();
        var input = Tensors.Normal(1, 2, 4, 3);
        var state = _module.StateDict();
        Assert.Equal(["hidden.weight", "hidden.bias", "output.weight", "output.bias"], state.Keys);
        var hidden = (input.MatMul(state["hidden.weight"].T()) + state["hidden.bias"]).Gelu();
        Tensors.AssertClose(hidden.MatMul(state["output.weight"].T()) + state["output.bias"], _module.Call(input));
    }

    [Fact]
    public void TheBiasesMayBeLeftOut()
    {
        using var scope = new TensorScope();
        var module = new PositionwiseFeedForward(3, 5, Activations.Named("gelu"), bias: false);
        var state = module.StateDict();
        Assert.Equal(["hidden.weight", "output.weight"], state.Keys);
        var input = Tensors.Normal(1, 2, 4, 3);
        Tensors.AssertClose(input.MatMul(state["hidden.weight"].T()).Gelu().MatMul(state["output.weight"].T()), module.Call(input));
    }

    [Fact]
    public void TokensDoNotSeeEachOther()
    {
        using var scope = new TensorScope();
        var input = Tensors.Normal(1, 1, 4, 3);
        Tensors.AssertClose(_module.Call(input)[.., 2..3], _module.Call(input[.., 2..3]), 1e-6);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        _module.To(DType.Float64);
        var input = Tensors.Normal64(1, 2, 3, 3);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. _module.Parameters()], () => _module.Call(input).Square().Sum());
    }
}
