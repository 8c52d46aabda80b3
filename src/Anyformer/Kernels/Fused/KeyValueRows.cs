using System.Numerics;
using Anyformer.Kernels.Products;

namespace Anyformer.Kernels.Fused;

/// <summary>The keys and values of a head with their rows behind each other, padded with zeros to whole blocks and panels.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="sizes">The sizes of the attention.</param>
/// <param name="width">Elements from a key to the next.</param>
/// <param name="valueWidth">Elements from a value to the next.</param>
internal sealed unsafe class KeyValueRows<T>(FusedSizes sizes, int width, int valueWidth) : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Scratch<T> _keys = new((long)sizes.PaddedKeys * width);
    private readonly Scratch<T> _values = new((long)sizes.PaddedKeys * valueWidth);

    /// <summary>A block of keys, to be cut into panels of a width.</summary>
    internal Operand<T> Keys(int block, int panelWidth = 0) => new(_keys.Start + (long)block * BlockPlan.Size * width, width, 1, panelWidth);

    /// <summary>A block of values, to be cut into panels of a width.</summary>
    internal Operand<T> Values(int block, int panelWidth = 0) =>
        new(_values.Start + (long)block * BlockPlan.Size * valueWidth, valueWidth, 1, panelWidth);

    /// <summary>Copies keys and values.</summary>
    internal void Fill(RowBlock<T> keys, RowBlock<T> values)
    {
        Packing<T>.Rows(keys, _keys.Start, width);
        Packing<T>.Rows(values, _values.Start, valueWidth);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }
}
