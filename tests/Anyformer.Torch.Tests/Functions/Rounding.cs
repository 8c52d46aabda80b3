namespace Anyformer.Torch.Tests.Functions;

/// <summary>Rounds to a grid and lets the gradient through as if it had not; the second input, the grid, gets none.</summary>
internal sealed class Rounding : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs) => [(inputs[0] / inputs[1]).Round() * inputs[1]];

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) => [gradients[0], null];
}
