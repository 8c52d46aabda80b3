using Anyformer.Testing;
using Xunit.Sdk;

namespace Anyformer.Torch.Tests;

/// <summary>The check must fail when the gradient is wrong, or what it passes means nothing.</summary>
public sealed class GradientCheckTests
{
    private static readonly Tensor X = Tensor.From([0.5, -1.25]);

    [Fact]
    public void AWrongGradientIsFound()
    {
        var error = Assert.Throws<FailException>(() => GradientCheck.Assert(x => new WrongSquare().Apply(x)[0], X));

        Assert.StartsWith("Gradient of input 0, element 0: ", error.Message);
    }

    [Fact]
    public void AGradientThatIsMissingIsFound() =>
        Assert.Throws<FailException>(() => GradientCheck.Assert(x => x[0] * x[1].Detach(), X, X));

    [Fact]
    public void ErrorsThatCancelOutInASumAreFound() =>
        Assert.Throws<FailException>(() => GradientCheck.Assert(x => x[0] + (x[0].Detach() - x[0].Detach().Flip([0])), X));

    [Fact]
    public void OtherElementTypesAreRefused() =>
        Assert.Throws<ArgumentException>(() => GradientCheck.Assert(x => x[0], Tensor.From([1f])));

    private sealed class WrongSquare : DifferentiableFunction
    {
        protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
        {
            SaveForBackward(inputs[0]);
            return [inputs[0].Square()];
        }

        protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) => [gradients[0]! * Saved(0) * 2.001];
    }
}
