using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.FeedForward;

public sealed class GatedFeedForwardTests
{
    [Fact]
    public void OneHalfOfTheHiddenUnitsGatesTheOther()
    {
        using var scope = new TensorScope();
        var module = new GatedFeedForward(3, 5, Activations.Named("gelu"));
        var (input, state) = (Tensors.Normal(1, 2, 4, 3), module.StateDict());
        var hidden = input.MatMul(state["hidden.weight"].T()) + state["hidden.bias"];
        var gated = hidden[.., .., ..5] * hidden[.., .., 5..].Gelu();
        Tensors.AssertClose(gated.MatMul(state["output.weight"].T()) + state["output.bias"], module.Call(input));
    }

    [Fact]
    public void DropoutStopsOutsideTraining()
    {
        using var scope = new TensorScope();
        var module = new GatedFeedForward(3, 50, Activations.Named("silu"), dropout: 0.5);
        var input = Tensors.Normal(1, 2, 4, 3);
        Assert.NotEqual(module.Call(input).Numbers(), module.Call(input).Numbers());
        module.Eval();
        Tensors.AssertSame(module.Call(input), module.Call(input));
    }
}
