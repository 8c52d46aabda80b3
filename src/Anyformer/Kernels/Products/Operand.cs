using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anyformer.Kernels.Products;

/// <summary>A matrix by address, as a product reads it.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="start">The first element.</param>
/// <param name="row">Elements from a row to the next.</param>
/// <param name="step">Elements from a column to the next; 1 but where the matrix is read transposed.</param>
/// <param name="panel">Elements from a panel of columns to the next, where the matrix lies in panels or is cut into such.</param>
internal readonly unsafe struct Operand<T>(T* start, nint row, nint step = 1, nint panel = 0) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The first element.</summary>
    internal T* Start => start;

    /// <summary>Elements from a row to the next.</summary>
    internal nint Row => row;

    /// <summary>Elements from a column to the next.</summary>
    internal nint Step => step;

    /// <summary>The same from a row on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Operand<T> FromRow(nint index) => new(start + index * row, row, step, panel);

    /// <summary>A panel of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Operand<T> Panel(nint index) => new(start + index * panel, row, step, panel);

    /// <summary>Rows and columns exchanged.</summary>
    internal Operand<T> Transposed => new(start, step, row);
}
