using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>Where a tensor lies in a checkpoint file, and how: checked to be inside the file, but not read yet.</summary>
/// <remarks>
/// A tensor that was saved from an expanded view repeats elements (a stride of 0), so <see cref="ElementCount"/> may be far more than
/// the file holds. Compare <see cref="Shape"/> with what is expected before copying it into dense memory.
/// </remarks>
public abstract class StoredTensor
{
    private protected StoredTensor(DType dtype, ImmutableArray<long> shape, ImmutableArray<long> strides, long offset, long length) =>
        (DType, Shape, Strides, Offset, Length) = (dtype, shape, strides, offset, length);

    /// <summary>Type of the elements, little-endian in the file.</summary>
    public DType DType { get; }

    /// <summary>Size of every dimension; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Elements between neighbours along every dimension.</summary>
    public ImmutableArray<long> Strides { get; }

    /// <summary>Byte offset of the first element from the beginning of the file.</summary>
    public long Offset { get; }

    /// <summary>Bytes from the first element to the end of the last one.</summary>
    public long Length { get; }

    /// <summary>Elements of the tensor: the product of its shape.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>
    /// Whether the first element lies at a multiple of the element size. A tensor that does not must be copied before
    /// native code reads it through typed pointers; the reference writers of both formats align theirs.
    /// </summary>
    public bool IsAligned => Offset % DType.ElementSize() == 0;
}
