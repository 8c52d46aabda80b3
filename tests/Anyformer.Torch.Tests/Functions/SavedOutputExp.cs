namespace Anyformer.Torch.Tests.Functions;

/// <summary>exp(x), whose derivative is its own output.</summary>
internal sealed class SavedOutputExp : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var output = inputs[0].Exp();
        SaveForBackward(output);
        return [output];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) => [gradients[0]! * Saved(0)];
}
