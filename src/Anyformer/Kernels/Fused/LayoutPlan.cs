using Anyformer.Attention.Patterns;
using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>The blocks that a pattern opens.</summary>
internal sealed class LayoutPlan : BlockPlan
{
    private readonly int _tokens;
    private readonly BlockVisit[][][] _ofQueries;
    private readonly BlockVisit[][][] _ofKeys;

    /// <summary>The plan of layouts whose blocks are <see cref="BlockPlan.Size"/> tokens.</summary>
    /// <param name="layouts">One of each head, or one for all.</param>
    internal LayoutPlan(IReadOnlyList<BlockLayout> layouts)
    {
        _tokens = layouts[0].Tokens;
        _ofQueries = [.. layouts.Select(OfQueries)];
        _ofKeys = [.. _ofQueries.Select(Turned)];
    }

    /// <inheritdoc/>
    internal override ReadOnlySpan<BlockVisit> KeyBlocks(int head, int queryBlock) => _ofQueries[head % _ofQueries.Length][queryBlock];

    /// <inheritdoc/>
    internal override ReadOnlySpan<BlockVisit> QueryBlocks(int head, int keyBlock) => _ofKeys[head % _ofKeys.Length][keyBlock];

    /// <summary>The open pairs as a table, (1, heads or 1, tokens, tokens).</summary>
    internal Tensor Table()
    {
        var open = new bool[(long)_ofQueries.Length * _tokens * _tokens];
        for (var head = 0; head < _ofQueries.Length; head++)
            for (var query = 0; query < _tokens; query++)
                foreach (var visit in _ofQueries[head][query / Size])
                    for (var key = visit.Block * Size; key < Math.Min((visit.Block + 1) * Size, _tokens); key++)
                        open[((long)head * _tokens + query) * _tokens + key] = visit.Open?[query % Size * Size + key % Size] ?? true;
        return Tensor.From(open).View([1, _ofQueries.Length, _tokens, _tokens]);
    }

    private static BlockVisit[][] OfQueries(BlockLayout layout)
    {
        var rows = new BlockVisit[layout.Rows][];
        for (var row = 0; row < rows.Length; row++)
        {
            var blocks = layout.KeyBlocks(row);
            rows[row] = new BlockVisit[blocks.Length];
            for (var i = 0; i < blocks.Length; i++)
                rows[row][i] = new BlockVisit(blocks[i], layout.Open(row, i));
        }

        return rows;
    }

    private static BlockVisit[][] Turned(BlockVisit[][] rows)
    {
        var columns = Array.ConvertAll(rows, static _ => new List<BlockVisit>());
        for (var row = 0; row < rows.Length; row++)
            foreach (var visit in rows[row])
                columns[visit.Block].Add(visit with { Block = row });
        return Array.ConvertAll(columns, static column => column.ToArray());
    }
}
