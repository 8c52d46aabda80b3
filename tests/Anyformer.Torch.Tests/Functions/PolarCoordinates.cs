namespace Anyformer.Torch.Tests.Functions;

/// <summary>Two outputs from two inputs: (r cos a, r sin a). Either output may go unused.</summary>
internal sealed class PolarCoordinates : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        SaveForBackward(inputs[0], inputs[1]);
        return [inputs[0] * inputs[1].Cos(), inputs[0] * inputs[1].Sin()];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        var (radius, angle) = (Saved(0), Saved(1));
        var x = gradients[0] ?? radius.ZerosLike();
        var y = gradients[1] ?? radius.ZerosLike();
        return [x * angle.Cos() + y * angle.Sin(), radius * (y * angle.Cos() - x * angle.Sin())];
    }
}
