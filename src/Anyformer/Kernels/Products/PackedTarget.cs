using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>A map of a packed product, where its output goes, and what happens to it on the way.</summary>
internal sealed unsafe class PackedTarget
{
    private readonly Tensor? _residual;

    internal PackedTarget(PackedLinear map, Tensor input, FusedActivation activation, Tensor? residual)
    {
        (Map, Activation) = (map, activation);
        Output = Functional.Empty([.. input.Shape[..^1], map.Weight.Outputs], DType.Float32);
        Start = (float*)Output.DataPointer;
        Bias = (float*)map.Bias.DataPointer;
        _residual = residual?.Expand(Output.Shape).Contiguous();
        Residual = _residual is null ? null : (float*)_residual.DataPointer;
    }

    internal PackedLinear Map { get; }

    internal FusedActivation Activation { get; }

    internal Tensor Output { get; }

    internal float* Start { get; }

    internal float* Bias { get; }

    /// <summary>What is added to the output, laid out as that is; null for nothing.</summary>
    internal float* Residual { get; }
}
