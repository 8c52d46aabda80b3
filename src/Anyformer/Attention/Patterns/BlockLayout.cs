namespace Anyformer.Attention.Patterns;

/// <summary>
/// The open blocks of a pattern for some tokens and one head, as a block-sparse kernel needs them: for every block of queries the key blocks in order,
/// and of those that are open in part the open pairs. Blocks without an open pair are not in it.
/// </summary>
public sealed class BlockLayout
{
    private readonly int[] _rowStarts;
    private readonly int[] _keyBlocks;
    private readonly bool[]?[] _open;

    /// <summary>The layout of a pattern, in time linear in its open blocks.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="site">Tokens and head.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    public BlockLayout(AttentionPattern pattern, PatternSite site, int blockSize)
    {
        (BlockSize, Tokens) = (blockSize, site.Tokens);
        var rows = (site.Tokens + blockSize - 1) / blockSize;
        _rowStarts = new int[rows + 1];
        var (keyBlocks, open, known) = (new List<int>(), new List<bool[]?>(), new Dictionary<string, bool[]>());
        for (var row = 0; row < rows; row++)
        {
            Fill(pattern, new BlockRow(row, blockSize, site), keyBlocks, open, known);
            _rowStarts[row + 1] = keyBlocks.Count;
        }

        (_keyBlocks, _open) = ([.. keyBlocks], [.. open]);
    }

    /// <summary>Tokens of a block; the last block may be shorter.</summary>
    public int BlockSize { get; }

    /// <summary>Tokens of the sample.</summary>
    public int Tokens { get; }

    /// <summary>Blocks of queries, and as many of keys.</summary>
    public int Rows => _rowStarts.Length - 1;

    /// <summary>Open blocks of all rows.</summary>
    public int OpenBlocks => _keyBlocks.Length;

    /// <summary>The key blocks that a block of queries sees something of, in order.</summary>
    public ReadOnlySpan<int> KeyBlocks(int row) => _keyBlocks.AsSpan(_rowStarts[row].._rowStarts[row + 1]);

    /// <summary>
    /// The open pairs of the <paramref name="i"/>-th key block of a row, row-major, block size squared; null when every pair is open. In the last
    /// block, tokens beyond the sample are closed.
    /// </summary>
    public bool[]? Open(int row, int i) => _open[_rowStarts[row] + i];

    private static void Fill(AttentionPattern pattern, BlockRow row, List<int> keyBlocks, List<bool[]?> open, Dictionary<string, bool[]> known)
    {
        for (var from = 0; pattern.Next(row, from) is { } run; from = run.End)
            for (var block = run.Begin; block < run.End; block++)
            {
                var isWhole = row.Last - row.First + 1 == row.Size && (block + 1) * row.Size <= row.Site.Tokens;
                if (run.Coverage == Coverage.Full && isWhole)
                {
                    keyBlocks.Add(block);
                    open.Add(null);
                }
                else if (Pairs(pattern, row, block, known) is { Length: > 0 } pairs)
                {
                    keyBlocks.Add(block);
                    open.Add(Array.IndexOf(pairs, false) < 0 ? null : pairs);
                }
            }
    }

    /// <summary>The open pairs of a block; empty when there is none. Equal blocks, as those of a band are, share one array.</summary>
    private static bool[] Pairs(AttentionPattern pattern, BlockRow row, int block, Dictionary<string, bool[]> known)
    {
        var pairs = new bool[row.Size * row.Size];
        for (var query = row.First; query <= row.Last; query++)
            for (var key = block * row.Size; key <= row.LastKey(block); key++)
                pairs[(query - row.First) * row.Size + key - block * row.Size] = pattern.Sees(query, key, row.Site);
        if (Array.IndexOf(pairs, true) < 0)
            return [];
        var name = string.Create(pairs.Length, pairs, (text, bits) =>
        {
            for (var i = 0; i < bits.Length; i++)
                text[i] = bits[i] ? '1' : '0';
        });
        return known.TryGetValue(name, out var same) ? same : known[name] = pairs;
    }
}
