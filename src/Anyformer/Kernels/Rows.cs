using System.Numerics;
using System.Runtime.CompilerServices;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>The rows of a (batch, heads, tokens, width) tensor whose width lies in a row in memory, by address.</summary>
internal readonly unsafe struct Rows<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* _start;
    private readonly long _batch;
    private readonly long _head;
    private readonly long _token;
    private readonly int _heads;

    internal Rows(Tensor tensor)
    {
        var strides = tensor.Strides;
        _start = (T*)tensor.DataPointer;
        (_batch, _head, _token) = (strides[0], strides[1], strides[2]);
        (_heads, Tokens, Width) = ((int)tensor.Size(1), (int)tensor.Size(2), (int)tensor.Size(3));
    }

    internal int Tokens { get; }

    internal int Width { get; }

    /// <summary>True for a tensor whose rows can be read by address.</summary>
    internal static bool Takes(Tensor tensor) => tensor.Strides[3] == 1 || tensor.Size(3) == 1;

    /// <summary>The rows of one (batch, head) pair, counted through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RowBlock<T> Block(long pair) => new(_start + pair / _heads * _batch + pair % _heads * _head, _token, Tokens, Width);

    /// <summary>The inner product of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Dot(T* left, T* right, int width)
    {
        var sums = Vector<T>.Zero;
        var i = 0;
        for (; i <= width - Vector<T>.Count; i += Vector<T>.Count)
            sums += Vector.Load(left + i) * Vector.Load(right + i);
        var sum = Vector.Sum(sums);
        for (; i < width; i++)
            sum += left[i] * right[i];
        return sum;
    }

    /// <summary>Adds a multiple of a row to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddScaled(T* target, T factor, T* source, int width)
    {
        var factors = new Vector<T>(factor);
        var i = 0;
        for (; i <= width - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(target + i) + factors * Vector.Load(source + i), target + i);
        for (; i < width; i++)
            target[i] += factor * source[i];
    }
}
