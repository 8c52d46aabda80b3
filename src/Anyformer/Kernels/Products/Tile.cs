using System.Numerics;
using System.Runtime.CompilerServices;
using Anyformer.Kernels.Vectors;

namespace Anyformer.Kernels.Products;

/// <summary>
/// The innermost product: a few rows times a panel of two registers' width, all sums in registers. Eight rows where a processor has 32 registers, as it
/// has of 512 bits, and four where it may have 16.
/// </summary>
internal static unsafe class Tile<T, TVector, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>Rows of a tile.</summary>
    internal static int Rows => Unsafe.SizeOf<TVector>() == 64 ? 8 : 4;

    /// <summary>Columns of a tile.</summary>
    internal static int Width => 2 * TLanes.Count;

    /// <summary><c>C = A B</c>, or <c>C += A B</c>.</summary>
    /// <param name="a"><see cref="Rows"/> rows of <paramref name="depth"/> elements.</param>
    /// <param name="b"><paramref name="depth"/> rows, each <see cref="Width"/> elements in a row in memory.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="c"><see cref="Rows"/> rows of <see cref="Width"/> elements.</param>
    /// <param name="cRow">Elements from a row of C to the next.</param>
    /// <param name="adds">Whether the product is added to what is there.</param>
    internal static void Multiply(Operand<T> a, Operand<T> b, nint depth, T* c, nint cRow, bool adds)
    {
        if (Rows == 8)
            Eight(a.Start, a.Row, a.Step, b.Start, b.Row, depth, c, cRow, adds);
        else
            Four(a.Start, a.Row, a.Step, b.Start, b.Row, depth, c, cRow, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(T* a, nint aRow, nint aStep, T* b, nint bRow, nint depth, T* c, nint cRow, bool adds)
    {
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        TVector c40 = default, c41 = default, c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
        var lower = c + 4 * cRow;
        if (adds)
        {
            (c00, c01, c10, c11) = (Left(c), Right(c), Left(c + cRow), Right(c + cRow));
            (c20, c21, c30, c31) = (Left(c + 2 * cRow), Right(c + 2 * cRow), Left(c + 3 * cRow), Right(c + 3 * cRow));
            (c40, c41, c50, c51) = (Left(lower), Right(lower), Left(lower + cRow), Right(lower + cRow));
            (c60, c61, c70, c71) = (Left(lower + 2 * cRow), Right(lower + 2 * cRow), Left(lower + 3 * cRow), Right(lower + 3 * cRow));
        }

        // Two pointers and one product, so that every address is one instruction's.
        var a4 = a + 4 * aRow;
        var aRow3 = 3 * aRow;
        for (; depth > 0; depth--, a += aStep, a4 += aStep, b += bRow)
        {
            var (b0, b1) = (Left(b), Right(b));
            var factor = TLanes.Create(a[0]);
            c00 = TLanes.MultiplyAdd(factor, b0, c00);
            c01 = TLanes.MultiplyAdd(factor, b1, c01);
            factor = TLanes.Create(a[aRow]);
            c10 = TLanes.MultiplyAdd(factor, b0, c10);
            c11 = TLanes.MultiplyAdd(factor, b1, c11);
            factor = TLanes.Create(a[2 * aRow]);
            c20 = TLanes.MultiplyAdd(factor, b0, c20);
            c21 = TLanes.MultiplyAdd(factor, b1, c21);
            factor = TLanes.Create(a[aRow3]);
            c30 = TLanes.MultiplyAdd(factor, b0, c30);
            c31 = TLanes.MultiplyAdd(factor, b1, c31);
            factor = TLanes.Create(a4[0]);
            c40 = TLanes.MultiplyAdd(factor, b0, c40);
            c41 = TLanes.MultiplyAdd(factor, b1, c41);
            factor = TLanes.Create(a4[aRow]);
            c50 = TLanes.MultiplyAdd(factor, b0, c50);
            c51 = TLanes.MultiplyAdd(factor, b1, c51);
            factor = TLanes.Create(a4[2 * aRow]);
            c60 = TLanes.MultiplyAdd(factor, b0, c60);
            c61 = TLanes.MultiplyAdd(factor, b1, c61);
            factor = TLanes.Create(a4[aRow3]);
            c70 = TLanes.MultiplyAdd(factor, b0, c70);
            c71 = TLanes.MultiplyAdd(factor, b1, c71);
        }

        Store(c00, c01, c);
        Store(c10, c11, c + cRow);
        Store(c20, c21, c + 2 * cRow);
        Store(c30, c31, c + 3 * cRow);
        Store(c40, c41, lower);
        Store(c50, c51, lower + cRow);
        Store(c60, c61, lower + 2 * cRow);
        Store(c70, c71, lower + 3 * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(T* a, nint aRow, nint aStep, T* b, nint bRow, nint depth, T* c, nint cRow, bool adds)
    {
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        if (adds)
        {
            (c00, c01, c10, c11) = (Left(c), Right(c), Left(c + cRow), Right(c + cRow));
            (c20, c21, c30, c31) = (Left(c + 2 * cRow), Right(c + 2 * cRow), Left(c + 3 * cRow), Right(c + 3 * cRow));
        }

        var aRow3 = 3 * aRow;
        for (; depth > 0; depth--, a += aStep, b += bRow)
        {
            var (b0, b1) = (Left(b), Right(b));
            var factor = TLanes.Create(a[0]);
            c00 = TLanes.MultiplyAdd(factor, b0, c00);
            c01 = TLanes.MultiplyAdd(factor, b1, c01);
            factor = TLanes.Create(a[aRow]);
            c10 = TLanes.MultiplyAdd(factor, b0, c10);
            c11 = TLanes.MultiplyAdd(factor, b1, c11);
            factor = TLanes.Create(a[2 * aRow]);
            c20 = TLanes.MultiplyAdd(factor, b0, c20);
            c21 = TLanes.MultiplyAdd(factor, b1, c21);
            factor = TLanes.Create(a[aRow3]);
            c30 = TLanes.MultiplyAdd(factor, b0, c30);
            c31 = TLanes.MultiplyAdd(factor, b1, c31);
        }

        Store(c00, c01, c);
        Store(c10, c11, c + cRow);
        Store(c20, c21, c + 2 * cRow);
        Store(c30, c31, c + 3 * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Left(T* row) => TLanes.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Right(T* row) => TLanes.Load(row + TLanes.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector left, TVector right, T* row)
    {
        TLanes.Store(left, row);
        TLanes.Store(right, row + TLanes.Count);
    }
}
