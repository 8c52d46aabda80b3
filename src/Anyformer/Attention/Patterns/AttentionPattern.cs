using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>
/// Which query may see which key, by their positions alone. Patterns are expressions: <c>Band(64, 64) | Global(..2)</c> opens what either opens,
/// <c>&amp;</c> what both do, <c>!</c> what the pattern does not, <see cref="PerHead"/> gives heads patterns of their own.
/// </summary>
/// <remarks>
/// A pattern says of a single pair whether it is open, and of a row of blocks where the next open ones begin. The second makes the layout of a
/// block-sparse kernel in time linear in the open blocks: of an intersection, each side leaps to where the other goes on.
/// </remarks>
public abstract record AttentionPattern
{
    /// <summary>Every query sees every key.</summary>
    public static AttentionPattern All { get; } = new Band(int.MaxValue, int.MaxValue);

    /// <summary>A query sees itself and what came before.</summary>
    public static AttentionPattern Causal { get; } = new Band(int.MaxValue, 0);

    /// <summary>Whether heads differ.</summary>
    public virtual bool VariesByHead => false;

    /// <summary>What both open.</summary>
    public static AttentionPattern operator &(AttentionPattern left, AttentionPattern right) => new Intersection(left, right);

    /// <summary>What either opens.</summary>
    public static AttentionPattern operator |(AttentionPattern left, AttentionPattern right) => new Union(left, right);

    /// <summary>What the pattern does not open.</summary>
    public static AttentionPattern operator !(AttentionPattern pattern) =>
        pattern is Complement complement ? complement.Pattern : new Complement(pattern);

    /// <summary>Keys at most so many positions before and after the query.</summary>
    public static AttentionPattern Band(int before, int after) => new Band(before, after);

    /// <summary>Every <paramref name="dilation"/>-th key, so many of them before and after the query.</summary>
    public static AttentionPattern Dilated(int before, int after, int dilation) =>
        new Band(checked(before * dilation), checked(after * dilation)) & new Strided(dilation);

    /// <summary>Keys whose distance is a multiple of the stride.</summary>
    public static AttentionPattern Strided(int stride) => new Strided(stride);

    /// <summary>Keys whose position, modulo a period, is from <paramref name="begin"/> up to <paramref name="end"/>, exclusive.</summary>
    public static AttentionPattern Columns(int period, int begin, int end) => new Columns(period, begin, end);

    /// <summary>Keys of the query's own block.</summary>
    public static AttentionPattern BlockLocal(int block) => new BlockWindow(block, 0, 0);

    /// <summary>Keys of the query's own block and so many tokens before and after that block.</summary>
    public static AttentionPattern BlockWindow(int block, int before, int after) => new BlockWindow(block, before, after);

    /// <summary>The sample is cut into as many blocks as the permutation has; the queries of block i see the keys of block <c>permutation[i]</c>.</summary>
    public static AttentionPattern BlockPermuted(params IEnumerable<int> permutation) => new BlockPermuted([.. permutation]);

    /// <summary>For every block of queries, so many blocks of keys, drawn by a seed, for every head anew.</summary>
    public static AttentionPattern RandomBlocks(int block, int count, int seed = 0) => new RandomBlocks(block, count, seed);

    /// <summary>Some tokens see all and are seen by all. A position may count from the end: <c>^64..</c>.</summary>
    public static AttentionPattern Global(params IEnumerable<Range> tokens)
    {
        ValueList<Range> ranges = [.. tokens];
        return new OpenKeys(ranges) | new OpenQueries(ranges);
    }

    /// <summary>Only the first tokens are real, the others padding that nobody sees.</summary>
    public static AttentionPattern Padding(int length) => new OpenKeys([Range.EndAt(length)]);

    /// <summary>
    /// On a grid that is read row by row: keys in the query's block of columns, and so many columns before and after that block.
    /// Rows of a grid are blocks of so many tokens: <see cref="BlockWindow(int, int, int)"/>.
    /// </summary>
    public static AttentionPattern ColumnWindow(int width, int block, int before, int after) => new ColumnWindow(width, block, before, after);

    /// <summary>On a grid that is generated block by block, row by row within a block: keys that are not generated after the query.</summary>
    public static AttentionPattern BlockRaster(int width, int blockHeight, int blockWidth) => new BlockRaster(width, blockHeight, blockWidth);

    /// <summary>On a grid that is read row by row: keys at most so many rows and columns away.</summary>
    public static AttentionPattern Local2D(int width, int radius) =>
        new BlockWindow(width, checked(width * radius), checked(width * radius)) & new ColumnWindow(width, 1, radius, radius);

    /// <summary>On a grid that is read row by row: keys in the query's row or column.</summary>
    public static AttentionPattern Axial(int width) => BlockLocal(width) | new Strided(width);

    /// <summary>Shares the heads out evenly, in order: of two patterns, the first half of the heads has the first.</summary>
    public static AttentionPattern PerHead(params IEnumerable<AttentionPattern> patterns) => new PerHead([.. patterns]);

    /// <summary>The pattern that a text describes, as <see cref="object.ToString"/> writes it: <c>band(64, 64) | global(..2)</c>.</summary>
    /// <exception cref="UserException">The text is no pattern.</exception>
    public static AttentionPattern Parse(string text) => PatternParser.Parse(text);

    /// <summary>Whether a query sees a key.</summary>
    public abstract bool Sees(int query, int key, PatternSite site);

    /// <summary>The first run of key blocks, at or after a block, of which some query of the row may see something; null when there is none.</summary>
    /// <param name="row">The block of queries.</param>
    /// <param name="from">The key block to begin at.</param>
    public abstract BlockRun? Next(BlockRow row, int from);

    /// <summary>The pattern as a mask, (heads, tokens, tokens), or (1, tokens, tokens) when heads do not differ; true where a query sees a key.</summary>
    public Tensor DenseMask(int tokens, int heads = 1)
    {
        var maps = VariesByHead ? heads : 1;
        var open = new bool[maps * (long)tokens * tokens];
        for (var i = 0L; i < open.LongLength; i++)
        {
            var (head, pair) = Math.DivRem(i, (long)tokens * tokens);
            open[i] = Sees((int)(pair / tokens), (int)(pair % tokens), new PatternSite(tokens, (int)head, heads));
        }

        return Tensor.From<bool>(open, [maps, tokens, tokens]);
    }
}
