using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Anyformer.Kernels;

/// <summary>
/// A small matrix by address, its rows each in a row in memory, and the two products that attention makes of such: several rows at a time, so that
/// sums stay in registers.
/// </summary>
internal readonly unsafe struct RowBlock<T>(T* start, long stride, int count, int width) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bytes of a line of the cache.</summary>
    private const int Line = 64;

    /// <summary>Elements of a row.</summary>
    internal int Width => width;

    /// <summary>Elements from a row to the next.</summary>
    internal long Stride => stride;

    /// <summary>The number of rows.</summary>
    internal int Count => count;

    /// <summary>The first element of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T* Row(int index) => start + index * stride;

    /// <summary>The rows from one on; none where there are none.</summary>
    internal RowBlock<T> From(int index) => new(start + index * stride, stride, Math.Max(0, count - index), width);

    /// <summary>The last row first.</summary>
    internal RowBlock<T> Reversed => new(Row(count - 1), -stride, count, width);

    /// <summary>Some of the rows.</summary>
    internal RowBlock<T> Rows(int first, int length) => new(Row(first), stride, length, width);

    /// <summary>Some elements of every row.</summary>
    internal RowBlock<T> Columns(int first, int length) => new(start + first, stride, count, length);

    /// <summary>Asks for all rows to be brought into the second cache, where a processor can be asked.</summary>
    internal void Prefetch()
    {
        if (!Sse.IsSupported)
            return;
        for (var row = 0; row < count; row++)
            for (var i = 0; i < width; i += Line / sizeof(T))
                Sse.Prefetch1(Row(row) + i);
    }

    /// <summary>The inner products of a vector with every row.</summary>
    internal void Dots(T* vector, T* products)
    {
        var row = 0;
        for (; row <= count - 4; row += 4)
            FourDots(vector, Row(row), products + row);
        for (; row < count; row++)
            products[row] = Dot(vector, Row(row));
    }

    /// <summary>The sum of all rows, each times its factor; factors lie <paramref name="step"/> apart.</summary>
    internal void Combine(T* factors, long step, T* sum)
    {
        var i = 0;
        for (; i <= width - 4 * Vector<T>.Count; i += 4 * Vector<T>.Count)
            CombineFour(factors, step, i, sum + i);
        for (; i <= width - Vector<T>.Count; i += Vector<T>.Count)
            CombineOne(factors, step, i, sum + i);
        for (; i < width; i++)
        {
            var element = T.Zero;
            for (var row = 0; row < count; row++)
                element += factors[row * step] * Row(row)[i];
            sum[i] = element;
        }
    }

    private void FourDots(T* vector, T* first, T* products)
    {
        T* second = first + stride, third = second + stride, fourth = third + stride;
        Vector<T> sum1 = Vector<T>.Zero, sum2 = Vector<T>.Zero, sum3 = Vector<T>.Zero, sum4 = Vector<T>.Zero;
        var i = 0;
        for (; i <= width - Vector<T>.Count; i += Vector<T>.Count)
        {
            var part = Vector.Load(vector + i);
            sum1 = MultiplyAdd(part, Vector.Load(first + i), sum1);
            sum2 = MultiplyAdd(part, Vector.Load(second + i), sum2);
            sum3 = MultiplyAdd(part, Vector.Load(third + i), sum3);
            sum4 = MultiplyAdd(part, Vector.Load(fourth + i), sum4);
        }

        (products[0], products[1], products[2], products[3]) = (Vector.Sum(sum1), Vector.Sum(sum2), Vector.Sum(sum3), Vector.Sum(sum4));
        for (; i < width; i++)
        {
            products[0] += vector[i] * first[i];
            products[1] += vector[i] * second[i];
            products[2] += vector[i] * third[i];
            products[3] += vector[i] * fourth[i];
        }
    }

    private T Dot(T* left, T* right)
    {
        var sums = Vector<T>.Zero;
        var i = 0;
        for (; i <= width - Vector<T>.Count; i += Vector<T>.Count)
            sums = MultiplyAdd(Vector.Load(left + i), Vector.Load(right + i), sums);
        var sum = Vector.Sum(sums);
        for (; i < width; i++)
            sum += left[i] * right[i];
        return sum;
    }

    private void CombineFour(T* factors, long step, int offset, T* sum)
    {
        Vector<T> sum1 = Vector<T>.Zero, sum2 = Vector<T>.Zero, sum3 = Vector<T>.Zero, sum4 = Vector<T>.Zero;
        var source = start + offset;
        for (var row = 0; row < count; row++, factors += step, source += stride)
        {
            var factor = new Vector<T>(*factors);
            sum1 = MultiplyAdd(factor, Vector.Load(source), sum1);
            sum2 = MultiplyAdd(factor, Vector.Load(source + Vector<T>.Count), sum2);
            sum3 = MultiplyAdd(factor, Vector.Load(source + 2 * Vector<T>.Count), sum3);
            sum4 = MultiplyAdd(factor, Vector.Load(source + 3 * Vector<T>.Count), sum4);
        }

        sum1.Store(sum);
        sum2.Store(sum + Vector<T>.Count);
        sum3.Store(sum + 2 * Vector<T>.Count);
        sum4.Store(sum + 3 * Vector<T>.Count);
    }

    private void CombineOne(T* factors, long step, int offset, T* sum)
    {
        var total = Vector<T>.Zero;
        for (var row = 0; row < count; row++)
            total = MultiplyAdd(new Vector<T>(factors[row * step]), Vector.Load(Row(row) + offset), total);
        total.Store(sum);
    }

    /// <summary>One instruction where there is one: the compiler joins none by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> MultiplyAdd(Vector<T> left, Vector<T> right, Vector<T> addend)
    {
        if (typeof(T) == typeof(float))
            return Vector.As<float, T>(Vector.FusedMultiplyAdd(Vector.As<T, float>(left), Vector.As<T, float>(right), Vector.As<T, float>(addend)));
        if (typeof(T) == typeof(double))
            return Vector.As<double, T>(Vector.FusedMultiplyAdd(Vector.As<T, double>(left), Vector.As<T, double>(right), Vector.As<T, double>(addend)));
        return left * right + addend;
    }
}
