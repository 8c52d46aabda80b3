using System.Numerics;
using Anyformer.Kernels.Products;

namespace Anyformer.Kernels.Fused;

/// <summary>The queries of a head, or what belongs to them, both as rows behind each other and as columns in panels.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="sizes">The sizes of the attention.</param>
/// <param name="width">Elements of a row.</param>
/// <param name="paddedWidth">Elements from a row to the next, a multiple of a panel's.</param>
/// <param name="panelWidth">Columns of a panel.</param>
internal sealed unsafe class QueryPanels<T>(FusedSizes sizes, int width, int paddedWidth, int panelWidth) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Scratch<T> _rows = new((long)sizes.PaddedQueries * paddedWidth);
    private readonly Scratch<T> _columns = new((long)sizes.PaddedQueries * width);

    /// <summary>The rows of a block, to be cut into panels.</summary>
    internal Operand<T> Rows(int block) => new(_rows.Start + (long)block * BlockPlan.Size * paddedWidth, paddedWidth, 1, panelWidth);

    /// <summary>A block as columns.</summary>
    internal Operand<T> Columns(int block) => new(_columns.Start + (long)block * BlockPlan.Size * width, panelWidth, 1, (nint)panelWidth * width);

    /// <summary>Copies rows, and columns times a factor.</summary>
    internal void Fill(RowBlock<T> source, T factor)
    {
        Packing<T>.Rows(source, _rows.Start, paddedWidth);
        Packing<T>.Columns(source, 0, source.Count, factor, _columns.Start, panelWidth);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _columns.Dispose();
    }
}
