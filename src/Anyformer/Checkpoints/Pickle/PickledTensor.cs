using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>A tensor of a <c>torch.save</c> file: a strided view of a storage, checked to lie inside it.</summary>
public sealed class PickledTensor : StoredTensor
{
    private PickledTensor(
        PickledStorage storage, ImmutableArray<long> shape, ImmutableArray<long> strides, long storageOffset, long extent)
        : base(storage.DType, shape, strides,
            storage.Offset + storageOffset * storage.DType.ElementSize(), extent * storage.DType.ElementSize()) =>
        (Storage, StorageOffset) = (storage, storageOffset);

    /// <summary>The storage that the tensor views.</summary>
    public PickledStorage Storage { get; }

    /// <summary>Elements of the storage before the tensor's first.</summary>
    public long StorageOffset { get; }

    /// <summary>Whether it asked for a gradient when it was saved.</summary>
    public bool RequiresGrad { get; private init; }

    /// <summary>Whether it was a <c>torch.nn.Parameter</c>.</summary>
    public bool IsParameter { get; private init; }

    /// <summary>A view of a storage.</summary>
    /// <exception cref="MalformedFileException">The view does not lie inside the storage.</exception>
    internal static PickledTensor View(
        PickledStorage storage, long storageOffset, ImmutableArray<long> shape, ImmutableArray<long> strides, bool requiresGrad)
    {
        var extent = shape.Length == strides.Length && TensorLayout.TryByteCount(shape.AsSpan(), storage.DType.ElementSize(), out _)
            ? TensorLayout.Extent(shape.AsSpan(), strides.AsSpan())
            : Int128.MaxValue;
        if (storageOffset < 0 || strides.Any(stride => stride < 0) || storageOffset > storage.ElementCount
            || extent > storage.ElementCount - storageOffset)
            throw new MalformedFileException(
                $"a tensor of shape {Quoted.List(shape.AsSpan())}, strides {Quoted.List(strides.AsSpan())} and offset {storageOffset} "
                + $"does not lie inside storage {Quoted.Name(storage.Key)} of {storage.ElementCount} elements");
        return new PickledTensor(storage, shape, strides, storageOffset, (long)extent) { RequiresGrad = requiresGrad };
    }

    /// <summary>The same view as a <c>torch.nn.Parameter</c>.</summary>
    internal PickledTensor AsParameter(bool requiresGrad) =>
        new(Storage, Shape, Strides, StorageOffset, Length / DType.ElementSize()) { RequiresGrad = requiresGrad, IsParameter = true };
}
