namespace Anyformer.Torch;

/// <summary>Writes tensors as PyTorch does.</summary>
internal static class TensorPrinter
{
    internal static string Print(Tensor tensor) => $"tensor(shape=[{string.Join(", ", tensor.Shape)}], dtype={tensor.DType})";
}
