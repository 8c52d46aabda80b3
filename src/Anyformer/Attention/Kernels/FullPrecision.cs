using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Sums over thousands of tokens lose too much in half precision.</summary>
internal static class FullPrecision
{
    /// <summary>The numbers in single precision where they are in half, as they are otherwise.</summary>
    internal static Tensor InFull(this Tensor tensor) => tensor.DType is DType.Float16 or DType.BFloat16 ? tensor.To(DType.Float32) : tensor;
}
