using System.Numerics;
using Anyformer.Kernels.Products;

namespace Anyformer.Kernels.Fused;

/// <summary>
/// Tokens of a head block by block, as products read them: where they lie if only a few blocks of queries come by, else copied close together. What products
/// read beyond the last token or the width is there, as zeros.
/// </summary>
/// <typeparam name="T">Element.</typeparam>
internal sealed unsafe class BlockRows<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A copy pays when it is read more often.</summary>
    private const int FewReads = 8;

    private readonly int _width;
    private readonly int _firstCopied;
    private readonly Scratch<T> _copies;
    private Operand<T> _source;

    /// <summary>Room for the tokens of one head.</summary>
    /// <param name="tokens">How many.</param>
    /// <param name="reads">How many blocks of others read each.</param>
    /// <param name="width">Elements of a token.</param>
    /// <param name="paddedWidth">Elements that are read.</param>
    /// <param name="rows">Tokens that are read at once.</param>
    internal BlockRows(int tokens, int reads, int width, int paddedWidth, int rows)
    {
        _width = paddedWidth;
        var isWhole = tokens % rows == 0;
        var blocks = BlockPlan.Count(tokens);
        _firstCopied = reads > FewReads || paddedWidth > width ? 0 : isWhole ? blocks : blocks - 1;
        _copies = new Scratch<T>((long)(blocks - _firstCopied) * BlockPlan.Size * paddedWidth);
    }

    /// <summary>A block, and what follows it in the same place, to be cut into panels of a width.</summary>
    internal Operand<T> From(int block, int panelWidth = 0) => block < _firstCopied
        ? new Operand<T>(_source.Start + block * BlockPlan.Size * _source.Row, _source.Row, 1, panelWidth)
        : new Operand<T>(_copies.Start + (long)(block - _firstCopied) * BlockPlan.Size * _width, _width, 1, panelWidth);

    /// <summary>Begins a head.</summary>
    internal void Fill(RowBlock<T> source)
    {
        _source = new Operand<T>(source.Row(0), (nint)source.Stride);
        Packing<T>.Rows(source.From(_firstCopied * BlockPlan.Size), _copies.Start, _width);
    }

    /// <inheritdoc/>
    public void Dispose() => _copies.Dispose();
}
