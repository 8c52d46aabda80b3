using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>The last dimension of a float32 tensor, row by row, wherever the rows lie: by two strides, or copied where these do not do.</summary>
internal sealed unsafe class InputRows
{
    private readonly Tensor _tensor;
    private readonly float* _start;
    private readonly long _inner;
    private readonly long _outerStride;
    private readonly long _innerStride;

    internal InputRows(Tensor tensor)
    {
        Width = (int)tensor.Size(-1);
        Count = tensor.ElementCount / Width;
        var lies = Lies(tensor, out _inner, out _outerStride, out _innerStride);
        _tensor = lies ? tensor : tensor.Contiguous();
        if (!lies)
            (_inner, _outerStride, _innerStride) = (Count, 0, Width);
        _start = (float*)_tensor.DataPointer;
    }

    internal long Count { get; }

    internal int Width { get; }

    /// <summary>Writes rows one behind the other, each <paramref name="stride"/> elements from the last.</summary>
    internal void Copy(long first, int count, float* target, int stride)
    {
        for (var row = 0; row < count; row++)
            Buffer.MemoryCopy(At(first + row), target + (long)row * stride, (long)Width * sizeof(float), (long)Width * sizeof(float));
        GC.KeepAlive(_tensor);
    }

    private float* At(long row) => _start + row / _inner * _outerStride + row % _inner * _innerStride;

    /// <summary>Whether rows lie in a row in memory, and all of them by two strides: the dimensions before the last but one as one.</summary>
    private static bool Lies(Tensor tensor, out long inner, out long outerStride, out long innerStride)
    {
        var (shape, strides) = (tensor.Shape, tensor.Strides);
        var last = shape.Length - 1;
        inner = last > 0 ? shape[last - 1] : 1;
        innerStride = last > 0 ? strides[last - 1] : 0;
        outerStride = last > 1 ? strides[last - 2] : 0;
        for (var d = 0; d < last - 2; d++)
            if (shape[d] > 1 && strides[d] != strides[d + 1] * shape[d + 1])
                return false;
        return strides[last] == 1 || shape[last] == 1;
    }
}
