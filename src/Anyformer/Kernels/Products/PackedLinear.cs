using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>
/// <c>act(x W^T + b)</c> of packed weights, for inference: bias and activation are worked in while a tile of the product is in the first cache, and several maps of one input are one loop. The composition beside it is <c>Linear.Map</c>.
/// </summary>
internal sealed class PackedLinear : IFrozenMap
{
    /// <summary>Packs weights, (outputs, inputs), in place.</summary>
    /// <param name="weight">The weights, see <see cref="PackedWeight"/>.</param>
    /// <param name="bias">(outputs); null for none.</param>
    /// <param name="panel">Outputs of a panel.</param>
    internal PackedLinear(Tensor weight, Tensor? bias, int panel)
    {
        Weight = new PackedWeight(weight, panel);
        using var scope = new TensorScope();
        Bias = Functional.Zeros([Weight.Panels * panel], DType.Float32).OutliveScopes();
        if (bias is not null)
            bias.AsSpan<float>().CopyTo(Bias.AsSpan<float>());
    }

    internal PackedWeight Weight { get; }

    /// <summary>Filled up with zeros to whole panels.</summary>
    internal Tensor Bias { get; }

    /// <summary>True for weights that can be packed.</summary>
    internal static bool Packs(Tensor weight) => weight.DType == DType.Float32 && weight.Device.Type == DeviceType.Cpu && weight.IsContiguous;

    /// <summary>True for inputs that the kernel takes, where nothing is recorded.</summary>
    internal static bool Takes(Tensor input) =>
        !Autograd.IsRecording && input.DType == DType.Float32 && input.Device.Type == DeviceType.Cpu && input.Dimensions > 0 && input.ElementCount > 0;

    /// <summary>The output: (..., inputs) to (..., outputs).</summary>
    /// <param name="input">(..., inputs).</param>
    /// <param name="activation">What is applied to it.</param>
    /// <param name="residual">What is added then, of the output's shape; null for nothing.</param>
    internal Tensor Call(Tensor input, FusedActivation activation, Tensor? residual = null)
    {
        using var scope = new TensorScope();
        var target = new PackedTarget(this, input, activation, residual);
        Multiply(input, [target]);
        return scope.Keep(target.Output);
    }

    /// <inheritdoc/>
    public Tensor Call(Tensor input, Activation? activation = null, Tensor? residual = null)
    {
        if (activation is null)
            return Call(input, FusedActivation.Identity, residual);
        if (Activations.Fused(activation) is { } fused)
            return Call(input, fused, residual);
        using var scope = new TensorScope();
        var output = activation(Call(input, FusedActivation.Identity));
        return scope.Keep(residual is null ? output : output + residual);
    }

    /// <inheritdoc/>
    public void Thaw() => Weight.Unpack();

    /// <inheritdoc/>
    public Tensor[] CallEach(Tensor input, ReadOnlySpan<IFrozenMap> maps)
    {
        using var scope = new TensorScope();
        var targets = new PackedTarget[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            targets[i] = new PackedTarget((PackedLinear)maps[i], input, FusedActivation.Identity, residual: null);
        Multiply(input, targets);
        return scope.Keep(Array.ConvertAll(targets, static target => target.Output));
    }

    private static void Multiply(Tensor input, PackedTarget[] targets)
    {
        var width = targets[0].Map.Weight.Width;
        if (input.Size(-1) != targets[0].Map.Weight.Inputs)
            throw new UserException($"A linear map of {targets[0].Map.Weight.Inputs} inputs got vectors of {input.Size(-1)}.");
        var rows = new InputRows(input);
        if (width == 2 * Vector512<float>.Count)
            new PackedProduct<Vector512<float>, Lanes512<float>>(rows, targets).Run();
        else if (width == 2 * Vector256<float>.Count)
            new PackedProduct<Vector256<float>, Lanes256<float>>(rows, targets).Run();
        else
            new PackedProduct<Vector128<float>, Lanes128<float>>(rows, targets).Run();
    }
}
