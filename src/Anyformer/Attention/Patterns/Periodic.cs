namespace Anyformer.Attention.Patterns;

/// <summary>Keys whose distance from the query is a multiple of a stride.</summary>
internal sealed record Strided : AttentionPattern
{
    private readonly int _stride;

    public Strided(int stride) => _stride = stride >= 1 ? stride : throw new UserException($"A stride must be at least 1, found {stride}.");

    public override bool Sees(int query, int key, PatternSite site) => (query - key) % _stride == 0;

    public override BlockRun? Next(BlockRow row, int from) =>
        _stride == 1 && from < row.Blocks
            ? new BlockRun(from, row.Blocks, Coverage.Full)
            : Cycle.Next(row, from, _stride, row.First, row.Last - row.First + 1);

    public override string ToString() => $"strided({_stride})";
}

/// <summary>Keys whose position, modulo a period, lies in an interval.</summary>
internal sealed record Columns : AttentionPattern
{
    private readonly int _period;
    private readonly int _begin;
    private readonly int _end;

    public Columns(int period, int begin, int end)
    {
        if (period < 1 || begin < 0 || end > period || begin >= end)
            throw new UserException($"Columns are from a first to a last one within their period, found {begin} to {end} of a period of {period}.");
        (_period, _begin, _end) = (period, begin, end);
    }

    public override bool Sees(int query, int key, PatternSite site) => key % _period >= _begin && key % _period < _end;

    public override BlockRun? Next(BlockRow row, int from) => Cycle.Next(row, from, _period, _begin, _end - _begin);

    public override string ToString() => $"columns({_period}, {_begin}, {_end})";
}

/// <summary>Keys that come again and again.</summary>
internal static class Cycle
{
    /// <summary>The next key block with one of the keys <c>start, start + 1, ... start + length - 1</c>, or those plus any multiple of the period.</summary>
    internal static BlockRun? Next(BlockRow row, int from, int period, long start, int length)
    {
        if (from >= row.Blocks)
            return null;
        var first = (long)from * row.Size;
        // How far the first key is into the interval that began last.
        var into = ((first - start) % period + period) % period;
        var key = into < length ? first : first + period - into;
        if (key >= row.Site.Tokens)
            return null;
        var block = (int)(key / row.Size);
        return new BlockRun(block, block + 1, Coverage.Partial);
    }
}
