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
        _residual = residual?.Contiguous();
        Start = (float*)Output.DataPointer;
        Bias = (float*)map.Bias.DataPointer;
        Residual = _residual is null ? null : (float*)_residual.DataPointer;
    }

    internal PackedLinear Map { get; }

    internal FusedActivation Activation { get; }

    internal Tensor Output { get; }

    internal float* Start { get; }

    internal float* Bias { get; }

    /// <summary>As the output lies; null for none.</summary>
    internal float* Residual { get; }
}
