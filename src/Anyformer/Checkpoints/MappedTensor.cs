using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>Makes tensors over the mapped bytes of a checkpoint.</summary>
internal static class MappedTensor
{
    /// <summary>A tensor over the file's bytes, or a copy of them where they lie at an address the processor does not like.</summary>
    internal static Tensor Of(CheckpointFile file, StoredTensor stored)
    {
        using var scope = new TensorScope();
        if (stored.Length == 0)
            return scope.Keep(Functional.Zeros([.. stored.Shape], stored.DType));
        long[] elements = [stored.Length / stored.DType.ElementSize()];
        var flat = stored.IsAligned ? Tensor.FromMemory(file.DataPointer(stored), stored.DType, elements, file.Hold()) : Copy(file, stored, elements);
        return scope.Keep(flat.AsStrided([.. stored.Shape], [.. stored.Strides]));
    }

    private static Tensor Copy(CheckpointFile file, StoredTensor stored, long[] elements)
    {
        var bytes = Tensor.FromMemory(file.DataPointer(stored), DType.UInt8, [stored.Length], file.Hold());
        var copy = Functional.Empty(elements, stored.DType);
        copy.View(DType.UInt8).CopyInPlace(bytes);
        return copy;
    }
}
