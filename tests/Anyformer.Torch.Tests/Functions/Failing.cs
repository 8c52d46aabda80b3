namespace Anyformer.Torch.Tests.Functions;

/// <summary>Does in its backward pass what it is told to.</summary>
internal sealed class Failing(Func<Tensor?[]> backward) : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs) => [inputs[0] + 1];

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) => backward();
}
