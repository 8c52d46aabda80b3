namespace Anyformer.Attention.Patterns;

/// <summary>The tokens and the head that a pattern is asked about.</summary>
/// <param name="Tokens">Tokens of the sample.</param>
/// <param name="Head">The head, from 0.</param>
/// <param name="Heads">Heads side by side.</param>
public readonly record struct PatternSite(int Tokens, int Head = 0, int Heads = 1);

/// <summary>How much of a block of pairs a pattern opens.</summary>
public enum Coverage
{
    /// <summary>Perhaps some pairs, perhaps none.</summary>
    Partial,

    /// <summary>Every pair.</summary>
    Full,
}

/// <summary>Key blocks in a row that are covered alike.</summary>
/// <param name="Begin">The first block.</param>
/// <param name="End">The block after the last.</param>
/// <param name="Coverage">How much of each is open.</param>
public readonly record struct BlockRun(int Begin, int End, Coverage Coverage);

/// <summary>A block of queries, and the blocks of keys that it may be compared with.</summary>
/// <param name="Index">The number of the block.</param>
/// <param name="Size">Tokens of a block; the last one may be shorter.</param>
/// <param name="Site">Tokens and head.</param>
public readonly record struct BlockRow(int Index, int Size, PatternSite Site)
{
    /// <summary>The first query.</summary>
    public int First => Index * Size;

    /// <summary>The last query.</summary>
    public int Last => Math.Min(First + Size, Site.Tokens) - 1;

    /// <summary>Blocks of all tokens.</summary>
    public int Blocks => (Site.Tokens + Size - 1) / Size;

    /// <summary>The last key of a block.</summary>
    public int LastKey(int block) => Math.Min((block + 1) * Size, Site.Tokens) - 1;

    /// <summary>The first run, at or after a block, of keys that lie in an interval.</summary>
    /// <param name="from">The block to begin at.</param>
    /// <param name="open">First and last key that some query of the row may see.</param>
    /// <param name="full">First and last key that every query of the row may see; empty when the last comes first.</param>
    public BlockRun? Next(int from, (int First, int Last) open, (int First, int Last) full)
    {
        var (first, last) = (Math.Max(open.First, 0), Math.Min(open.Last, Site.Tokens - 1));
        var begin = Math.Max(from, first / Size);
        if (first > last || begin > last / Size)
            return null;
        // Whole blocks of the full interval; the very last block of the sample counts as whole.
        var fullBegin = (Math.Max(full.First, 0) + Size - 1) / Size;
        var fullEnd = full.Last >= Site.Tokens - 1 ? Blocks : (full.Last + 1) / Size;
        if (begin >= fullBegin && begin < fullEnd)
            return new BlockRun(begin, fullEnd, Coverage.Full);
        var end = begin < fullBegin && fullBegin < fullEnd ? fullBegin : last / Size + 1;
        return new BlockRun(begin, end, Coverage.Partial);
    }
}
