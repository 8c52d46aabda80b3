namespace Anyformer.Torch.Tests.Functions;

/// <summary>x * y, with a backward pass of differentiable operators, so that it can be differentiated again.</summary>
internal sealed class Product : DifferentiableFunction
{
    /// <summary>Which inputs the last backward pass was asked about, and found wanted.</summary>
    internal bool[] Needed { get; } = new bool[2];

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        SaveForBackward(inputs[0], inputs[1]);
        return [inputs[0] * inputs[1]];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        for (var i = 0; i < Needed.Length; i++)
            Needed[i] = NeedsGradient(i);
        return [Needed[0] ? gradients[0]! * Saved(1) : null, Needed[1] ? gradients[0]! * Saved(0) : null];
    }
}
