using System.Numerics;
using Anyformer.Kernels.Vectors;

namespace Anyformer.Kernels.Products;

/// <summary>Products of blocks that fit the caches, tile by tile.</summary>
internal static unsafe class Product<T, TVector, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    /// <summary><c>C = A B</c>, or <c>C += A B</c>, in whole tiles: rows are rounded up to those of a tile.</summary>
    /// <param name="a">Rows by depth.</param>
    /// <param name="b">Depth by panels of columns, each <see cref="Tile{T, TVector, TLanes}.Width"/> wide.</param>
    /// <param name="rows">Rows that count.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="panels">Panels of columns.</param>
    /// <param name="c">The result.</param>
    /// <param name="cRow">Elements from a row of it to the next.</param>
    /// <param name="adds">Whether the product is added to what is there.</param>
    internal static void Multiply(Operand<T> a, Operand<T> b, int rows, int depth, int panels, T* c, nint cRow, bool adds)
    {
        for (var panel = 0; panel < panels; panel++)
            for (var row = 0; row < rows; row += Tile<T, TVector, TLanes>.Rows)
                Tile<T, TVector, TLanes>.Multiply(
                    a.FromRow(row), b.Panel(panel), depth, c + row * cRow + panel * Tile<T, TVector, TLanes>.Width, cRow, adds);
    }

    /// <summary>Panels that so many columns fill.</summary>
    internal static int Panels(long columns) => (int)((columns + Tile<T, TVector, TLanes>.Width - 1) / Tile<T, TVector, TLanes>.Width);
}
