namespace Anyformer.Attention.Patterns;

/// <summary>On a grid that is read row by row: keys in the query's block of columns, and so many columns beside that block.</summary>
internal sealed record ColumnWindow : AttentionPattern
{
    private readonly int _width;
    private readonly int _block;
    private readonly int _before;
    private readonly int _after;

    public ColumnWindow(int width, int block, int before, int after)
    {
        if (width < 1 || block < 1 || before < 0 || after < 0)
            throw new UserException(
                $"A window of columns has a grid and a block at least 1 wide, and at least 0 columns beside it, found {width}, {block}, {before} and {after}.");
        (_width, _block, _before, _after) = (width, block, before, after);
    }

    public override bool Sees(int query, int key, PatternSite site)
    {
        var (first, last) = Window(query % _width);
        return key % _width >= first && key % _width <= last;
    }

    public override BlockRun? Next(BlockRow row, int from)
    {
        // A row of the layout that turns a corner of the grid may see any column.
        if (row.First / _width != row.Last / _width)
            return from < row.Blocks ? new BlockRun(from, row.Blocks, Coverage.Partial) : null;
        var (first, last) = (Window(row.First % _width).First, Window(row.Last % _width).Last);
        return Cycle.Next(row, from, _width, first, last - first + 1);
    }

    public override string ToString() => $"column-window({_width}, {_block}, {_before}, {_after})";

    private (int First, int Last) Window(int column)
    {
        var begin = column / _block * _block;
        return (Math.Max(begin - _before, 0), (int)Math.Min((long)begin + _block - 1 + _after, _width - 1));
    }
}

/// <summary>On a grid that is generated block by block, row by row within a block: keys that are not generated after the query.</summary>
internal sealed record BlockRaster : AttentionPattern
{
    private readonly int _width;
    private readonly int _blockHeight;
    private readonly int _blockWidth;

    public BlockRaster(int width, int blockHeight, int blockWidth)
    {
        if (width < 1 || blockHeight < 1 || blockWidth < 1)
            throw new UserException($"A grid and its blocks are at least 1 wide and high, found {width}, {blockHeight} and {blockWidth}.");
        (_width, _blockHeight, _blockWidth) = (width, blockHeight, blockWidth);
    }

    public override bool Sees(int query, int key, PatternSite site) => Order(key).CompareTo(Order(query)) <= 0;

    public override BlockRun? Next(BlockRow row, int from)
    {
        // Every block of the rows above comes before, none of the rows of blocks below.
        var strip = (long)_blockHeight * _width;
        int Above(int query) => (int)Math.Min(query / strip * strip - 1, int.MaxValue - 1);
        int Beside(int query) => (int)Math.Min((query / strip + 1) * strip - 1, int.MaxValue - 1);
        return row.Next(from, (0, Beside(row.Last)), (0, Above(row.First)));
    }

    public override string ToString() => $"block-raster({_width}, {_blockHeight}, {_blockWidth})";

    /// <summary>Row of blocks, block in that row, row in the block, column in the block: the order in which tokens are generated.</summary>
    private (int, int, int, int) Order(int token)
    {
        var (row, column) = Math.DivRem(token, _width);
        return (row / _blockHeight, column / _blockWidth, row % _blockHeight, column % _blockWidth);
    }
}
