using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anyformer.Kernels.Products;

/// <summary>Copies of rows of tokens in the forms that products read, padded with zeros.</summary>
internal static unsafe class Packing<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows behind each other.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="target">The copies.</param>
    /// <param name="stride">Elements from a copy to the next; what lies beyond the rows' width is left as it is.</param>
    internal static void Rows(RowBlock<T> source, T* target, nint stride)
    {
        for (var row = 0; row < source.Count; row++, target += stride)
            Copy(source.Row(row), target, source.Width);
    }

    /// <summary>
    /// Rows as columns in panels, times a factor: those of the first <paramref name="panelWidth"/> rows, all depth of them, then the next. What a panel is
    /// too wide for is set to zero.
    /// </summary>
    /// <param name="source">The rows.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="factor">What they are multiplied by.</param>
    /// <param name="target">The panels.</param>
    /// <param name="panelWidth">Columns of a panel.</param>
    internal static void Columns(RowBlock<T> source, int first, int count, T factor, T* target, int panelWidth)
    {
        for (var start = 0; start < count; start += panelWidth, target += (nint)panelWidth * source.Width)
        {
            var columns = Math.Min(panelWidth, count - start);
            var column = 0;
            for (; column <= columns - 4; column += 4)
                FourColumns(source.Row(first + start + column), (nint)source.Stride, source.Width, factor, target + column, panelWidth);
            for (; column < columns; column++)
                Column(source.Row(first + start + column), source.Width, factor, target + column, panelWidth);
            if (column < panelWidth)
                for (var i = 0; i < source.Width; i++)
                    new Span<T>(target + (nint)i * panelWidth + column, panelWidth - column).Clear();
        }
    }

    /// <summary>Rows are short: a call for each would cost more than the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(T* source, T* target, int width)
    {
        var i = 0;
        for (; i <= width - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(source + i), target + i);
        for (; i < width; i++)
            target[i] = source[i];
    }

    private static void Column(T* source, int width, T factor, T* target, int panelWidth)
    {
        for (var i = 0; i < width; i++, target += panelWidth)
            *target = source[i] * factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourColumns(T* source, nint stride, int width, T factor, T* target, int panelWidth)
    {
        T* second = source + stride, third = second + stride, fourth = third + stride;
        if (typeof(T) == typeof(float))
        {
            var factors = Vector128.Create((float)(object)factor);
            for (var i = 0; i < width; i++, target += panelWidth)
                (Vector128.Create(*(float*)(source + i), *(float*)(second + i), *(float*)(third + i), *(float*)(fourth + i)) * factors).Store((float*)target);
        }
        else
        {
            for (var i = 0; i < width; i++, target += panelWidth)
                (target[0], target[1], target[2], target[3]) = (source[i] * factor, second[i] * factor, third[i] * factor, fourth[i] * factor);
        }
    }
}
