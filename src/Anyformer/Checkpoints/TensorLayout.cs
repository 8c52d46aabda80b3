namespace Anyformer.Checkpoints;

/// <summary>Sizes of tensors that a file claims, worked out without overflow.</summary>
internal static class TensorLayout
{
    /// <summary>
    /// False when a dimension is negative or the tensor, with every empty dimension counted as one (as strides do), would take
    /// more bytes than a 64-bit number can tell; <paramref name="bytes"/> is what its elements take when laid out densely.
    /// </summary>
    public static bool TryByteCount(ReadOnlySpan<long> shape, int elementSize, out long bytes)
    {
        Int128 product = elementSize;
        var isEmpty = false;
        foreach (var size in shape)
        {
            isEmpty |= size == 0;
            product *= Math.Max(size, 1);
            if (size < 0 || product > long.MaxValue)
            {
                bytes = 0;
                return false;
            }
        }
        bytes = isEmpty ? 0 : (long)product;
        return true;
    }

    /// <summary>Strides, in elements, of a dense row-major tensor.</summary>
    public static long[] RowMajorStrides(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(shape[axis], 1);
        }
        return strides;
    }

    /// <summary>
    /// Elements from a tensor's first to its last, both counted: 0 when it is empty, more than 64 bits can hold when it is absurd.
    /// </summary>
    public static Int128 Extent(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        Int128 last = 0;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 0)
                return 0;
            last += (Int128)(shape[axis] - 1) * strides[axis];
        }
        return last + 1;
    }
}
