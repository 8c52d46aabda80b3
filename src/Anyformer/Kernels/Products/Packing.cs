using System.Numerics;

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
        for (var row = 0; row < source.Count; row++)
            new ReadOnlySpan<T>(source.Row(row), source.Width).CopyTo(new Span<T>(target + row * stride, source.Width));
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
        for (var start = 0; start < count; start += panelWidth)
        {
            var columns = Math.Min(panelWidth, count - start);
            var origin = source.Row(first + start);
            for (var i = 0; i < source.Width; i++, target += panelWidth)
            {
                Gather(origin + i, (nint)source.Stride, columns, factor, target);
                new Span<T>(target + columns, panelWidth - columns).Clear();
            }
        }
    }

    private static void Gather(T* source, nint stride, int count, T factor, T* target)
    {
        var i = 0;
        for (; i <= count - 4; i += 4, source += 4 * stride)
        {
            target[i] = source[0] * factor;
            target[i + 1] = source[stride] * factor;
            target[i + 2] = source[2 * stride] * factor;
            target[i + 3] = source[3 * stride] * factor;
        }

        for (; i < count; i++, source += stride)
            target[i] = *source * factor;
    }
}
