using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Rows of blocks that see about as many key blocks each, so that they are computed together.</summary>
/// <param name="Rows">Numbers of the rows, counted over all heads when those differ, (rows).</param>
/// <param name="KeyBlocks">Numbers of the key blocks, counted likewise, (rows · slots).</param>
/// <param name="KeyBlocksOfSample">The same counted within a head, (rows · slots).</param>
/// <param name="Open">The open pairs, (rows, block, slots · block) or, when every query of each row sees the same, (rows, 1, slots · block).</param>
internal sealed record GatherStep(Tensor Rows, Tensor KeyBlocks, Tensor KeyBlocksOfSample, Tensor Open);

/// <summary>How attention in a pattern is computed for a number of tokens: which blocks are gathered together.</summary>
internal sealed class GatherPlan
{
    // Rows are computed together when the longest has at most this many times the key blocks of the shortest.
    private const double Spread = 1.3;

    /// <summary>A plan for all heads.</summary>
    /// <param name="key">Pattern, sizes and device.</param>
    public GatherPlan(PlanKey key)
    {
        BlockSize = key.BlockSize;
        VariesByHead = key.Pattern.VariesByHead;
        var (device, layouts) = (key.Device, key.Layouts());
        Blocks = layouts[0].Rows;
        var rows = layouts.SelectMany((layout, head) => Enumerable.Range(0, Blocks).Select(row => new Row(layout, head * Blocks, row)))
            .OrderBy(row => row.KeyBlocks.Length).ToArray();
        using var scope = new TensorScope();
        Steps = [.. Group(rows).Select(group => Step(group, device))];
        Order = Tensor.From<long>(Inverse(rows.Select(row => row.Number).ToArray())).To(device).OutliveScopes();
        HasBlindQueries = rows.Any(row => row.HasBlindQueries);
    }

    /// <summary>Tokens of a block.</summary>
    public int BlockSize { get; }

    /// <summary>Blocks of a sample.</summary>
    public int Blocks { get; }

    /// <summary>Whether rows are counted over all heads.</summary>
    public bool VariesByHead { get; }

    /// <summary>Whether some query sees no key.</summary>
    public bool HasBlindQueries { get; }

    /// <summary>What is computed together.</summary>
    public IReadOnlyList<GatherStep> Steps { get; }

    /// <summary>Where each row's result is in the results of all steps one after another.</summary>
    public Tensor Order { get; }

    private static IEnumerable<ArraySegment<Row>> Group(Row[] rows)
    {
        for (var begin = 0; begin < rows.Length;)
        {
            var most = Math.Max((int)(rows[begin].KeyBlocks.Length * Spread), 1);
            var end = begin + 1;
            while (end < rows.Length && rows[end].KeyBlocks.Length <= most)
                end++;
            yield return new ArraySegment<Row>(rows, begin, end - begin);
            begin = end;
        }
    }

    private static GatherStep Step(ArraySegment<Row> rows, Device device)
    {
        // A row without any key still gathers a block, all closed.
        var slots = Math.Max(rows[^1].KeyBlocks.Length, 1);
        var block = rows[0].Layout.BlockSize;
        var (blocks, ofSample) = (new long[rows.Count * slots], new long[rows.Count * slots]);
        var isUniform = rows.All(row => row.SeesWholeBlocks);
        var height = isUniform ? 1 : block;
        var open = new bool[rows.Count * height * slots * block];
        for (var i = 0; i < rows.Count; i++)
            for (var slot = 0; slot < slots; slot++)
            {
                var isUsed = slot < rows[i].KeyBlocks.Length;
                ofSample[i * slots + slot] = isUsed ? rows[i].KeyBlocks[slot] : 0;
                blocks[i * slots + slot] = rows[i].FirstBlock + ofSample[i * slots + slot];
                for (var query = 0; isUsed && query < height; query++)
                    rows[i].CopyOpen(slot, query, open.AsSpan(((i * height + query) * slots + slot) * block, block));
            }

        return new GatherStep(
            Outlive(Tensor.From<long>(rows.Select(row => (long)row.Number).ToArray()), device), Outlive(Tensor.From<long>(blocks), device),
            Outlive(Tensor.From<long>(ofSample), device), Outlive(Tensor.From<bool>(open, [rows.Count, height, slots * block]), device));
    }

    private static Tensor Outlive(Tensor tensor, Device device) => tensor.To(device).OutliveScopes();

    private static long[] Inverse(int[] order)
    {
        var inverse = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
            inverse[order[i]] = i;
        return inverse;
    }

    private readonly record struct Row(BlockLayout Layout, int FirstBlock, int Index)
    {
        public int Number => FirstBlock + Index;

        public ReadOnlySpan<int> KeyBlocks => Layout.KeyBlocks(Index);

        public bool SeesWholeBlocks
        {
            get
            {
                for (var slot = 0; slot < KeyBlocks.Length; slot++)
                    if (Layout.Open(Index, slot) is not null)
                        return false;
                return true;
            }
        }

        public bool HasBlindQueries
        {
            get
            {
                var seeing = new bool[Layout.BlockSize];
                for (var slot = 0; slot < KeyBlocks.Length; slot++)
                    for (var query = 0; query < seeing.Length; query++)
                        seeing[query] |= Layout.Open(Index, slot) is not { } open
                            || open.AsSpan(query * seeing.Length, seeing.Length).Contains(true);
                return seeing.AsSpan(0, Math.Min(seeing.Length, Layout.Tokens - Index * seeing.Length)).Contains(false);
            }
        }

        public void CopyOpen(int slot, int query, Span<bool> into)
        {
            if (Layout.Open(Index, slot) is { } open)
                open.AsSpan(query * into.Length, into.Length).CopyTo(into);
            else
                into.Fill(true);
        }
    }
}
