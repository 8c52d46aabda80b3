using System.Collections.Concurrent;

namespace Anyformer.Attention.Patterns;

/// <summary>Keys of the query's block, and so many tokens before and after that block.</summary>
internal sealed record BlockWindow : AttentionPattern
{
    private readonly int _block;
    private readonly int _before;
    private readonly int _after;

    public BlockWindow(int block, int before, int after)
    {
        if (block < 1 || before < 0 || after < 0)
            throw new UserException($"A block has at least 1 token and a window at least 0 beside it, found {block}, {before} and {after}.");
        (_block, _before, _after) = (block, before, after);
    }

    public override bool Sees(int query, int key, PatternSite site)
    {
        var (first, last) = Window(query);
        return key >= first && key <= last;
    }

    public override BlockRun? Next(BlockRow row, int from)
    {
        var (first, last) = (Window(row.First), Window(row.Last));
        return row.Next(from, (first.First, last.Last), (last.First, first.Last));
    }

    public override string ToString() =>
        (_before, _after) == (0, 0) ? $"block-local({_block})" : $"block-window({_block}, {_before}, {_after})";

    private (int First, int Last) Window(int query)
    {
        var begin = (long)(query / _block) * _block;
        return ((int)Math.Max(begin - _before, 0), (int)Math.Min(begin + _block - 1 + _after, int.MaxValue - 1));
    }
}

/// <summary>Every block of queries has a list of key blocks.</summary>
internal abstract record BlockTable : AttentionPattern
{
    public override bool Sees(int query, int key, PatternSite site)
    {
        var block = Block(site);
        return Array.BinarySearch(Keys(query / block, site), key / block) >= 0;
    }

    public override BlockRun? Next(BlockRow row, int from)
    {
        if (from >= row.Blocks)
            return null;
        var block = Block(row.Site);
        BlockRun? next = null;
        // A row of the layout may lie over several blocks of the pattern.
        for (var i = row.First / block; i <= row.Last / block; i++)
        {
            var isWhole = i * block <= row.First && (i + 1) * block > row.Last;
            if (Next(row, from, block, Keys(i, row.Site), isWhole) is { } run && (next is null || run.Begin < next.Value.Begin))
                next = run;
        }

        return next;
    }

    /// <summary>Tokens of a block.</summary>
    protected abstract int Block(PatternSite site);

    /// <summary>The key blocks of a block of queries, in order.</summary>
    protected abstract int[] Keys(int queries, PatternSite site);

    private static BlockRun? Next(BlockRow row, int from, int block, int[] keys, bool isWhole)
    {
        var at = Array.BinarySearch(keys, (int)((long)from * row.Size / block));
        for (var i = at >= 0 ? at : ~at; i < keys.Length; i++)
        {
            var (first, last) = (keys[i] * block, (keys[i] + 1) * block - 1);
            if (row.Next(from, (first, last), isWhole ? (first, last) : (0, -1)) is { } run)
                return run;
        }

        return null;
    }
}

/// <summary>The queries of block i of the sample see the keys of block permutation[i].</summary>
internal sealed record BlockPermuted : BlockTable
{
    private readonly ValueList<int> _permutation;

    public BlockPermuted(ValueList<int> permutation)
    {
        if (permutation.Count == 0 || !permutation.Order().SequenceEqual(Enumerable.Range(0, permutation.Count)))
            throw new UserException($"A permutation of blocks has every number from 0 once, found {string.Join(", ", permutation)}.");
        _permutation = permutation;
    }

    public override string ToString() => $"block-permuted({string.Join(", ", _permutation)})";

    protected override int Block(PatternSite site) => Math.Max((site.Tokens + _permutation.Count - 1) / _permutation.Count, 1);

    protected override int[] Keys(int queries, PatternSite site) => [_permutation[queries]];
}

/// <summary>For every block of queries, key blocks that are drawn by a seed.</summary>
internal sealed record RandomBlocks : BlockTable
{
    private readonly int _block;
    private readonly int _count;
    private readonly int _seed;

    // Draws are made once; instances are few and so are the lengths and heads that they are asked for.
    private readonly ConcurrentDictionary<(int Blocks, int Head), int[][]> _drawn = new();

    public RandomBlocks(int block, int count, int seed)
    {
        if (block < 1 || count < 0)
            throw new UserException($"Random blocks have at least 1 token and are at least 0, found {block} and {count}.");
        (_block, _count, _seed) = (block, count, seed);
    }

    public override bool VariesByHead => true;

    public bool Equals(RandomBlocks? other) => other is not null && (_block, _count, _seed) == (other._block, other._count, other._seed);

    public override int GetHashCode() => HashCode.Combine(_block, _count, _seed);

    public override string ToString() => $"random({_block}, {_count}, {_seed})";

    protected override int Block(PatternSite site) => _block;

    protected override int[] Keys(int queries, PatternSite site)
    {
        var blocks = (site.Tokens + _block - 1) / _block;
        return _drawn.GetOrAdd((blocks, site.Head), Draw)[queries];
    }

    private int[][] Draw((int Blocks, int Head) size)
    {
        var random = new Random(unchecked(_seed * 1_000_003 + size.Head * 7919 + size.Blocks));
        var all = Enumerable.Range(0, size.Blocks).ToArray();
        return [.. Enumerable.Range(0, size.Blocks).Select(_ => Choose(random, all))];
    }

    /// <summary>A few of the blocks, in order: the first steps of a shuffle.</summary>
    private int[] Choose(Random random, int[] blocks)
    {
        var count = Math.Min(_count, blocks.Length);
        for (var i = 0; i < count; i++)
        {
            var other = random.Next(i, blocks.Length);
            (blocks[i], blocks[other]) = (blocks[other], blocks[i]);
        }

        return [.. blocks[..count].Order()];
    }
}
