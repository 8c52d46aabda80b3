using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// The keys around each query: so many before its own and so many after, <paramref name="Dilation"/> tokens apart. Their scores lie side by side,
/// one column a place of the band, in memory linear in the tokens. The number of leading dimensions is free.
/// </summary>
/// <param name="Before">Keys before the query's own.</param>
/// <param name="After">Keys after the query's own.</param>
/// <param name="Dilation">Tokens from one key to the next.</param>
internal sealed record Band(long Before, long After, long Dilation = 1)
{
    /// <summary>Blocks much shorter than this make matrix products too small to be quick.</summary>
    private const long ShortestBlock = 32;

    /// <summary>Columns: keys that a query sees.</summary>
    internal long Width => Before + 1 + After;

    private long Block => Math.Max(ShortestBlock, Math.Max(Before, After));

    /// <summary>A band that reaches as far as wanted, but no further than there are tokens.</summary>
    internal static Band Within(long tokens, long before, long after, long dilation = 1)
    {
        var furthest = (tokens - 1) / dilation;
        return new Band(Math.Min(before, furthest), Math.Min(after, furthest), dilation);
    }

    /// <summary>The products of each query with the keys of its band, 0 where the band leaves the sample: (..., tokens, columns).</summary>
    /// <param name="queries">(..., tokens, width).</param>
    /// <param name="keys">(..., tokens, width), or (..., before + tokens + after, width) where it is known what lies around the sample.</param>
    internal Tensor Scores(Tensor queries, Tensor keys)
    {
        var (asking, answering) = (Fold(queries), Fold(keys));
        var (tokens, block, blocks) = Blocks(asking);
        var around = Neighbours(answering, tokens).Transpose(-2, -1);
        var products = Pad(asking, 0, blocks * block - tokens).Unflatten(-2, [blocks, block]).MatMul(around);
        // With one more element a row, row p begins at element p: the columns of the band come to lie below each other.
        var aligned = products.Flatten(-2).ConstantPadNd([0, block]).Unflatten(-1, [block, block + Width]).Narrow(-1, 0, Width);
        return Spread(aligned.Flatten(-3, -2).Narrow(-2, 0, tokens), queries.Size(-2));
    }

    /// <summary>The sums of the values of each query's band by their weights: (..., tokens, width).</summary>
    /// <param name="weights">(..., tokens, columns), 0 where the band leaves the sample.</param>
    /// <param name="values">As the keys of <see cref="Scores"/>.</param>
    internal Tensor Contexts(Tensor weights, Tensor values)
    {
        var (given, summed) = (Fold(weights), Fold(values));
        var (tokens, block, blocks) = Blocks(given);
        var apart = given.ConstantPadNd([0, block, 0, blocks * block - tokens]).Unflatten(-2, [blocks, block]).Flatten(-2);
        var rows = apart.Narrow(-1, 0, block * (block + Width - 1)).Unflatten(-1, [block, block + Width - 1]);
        return Spread(rows.MatMul(Neighbours(summed, tokens)).Flatten(-3, -2).Narrow(-2, 0, tokens), weights.Size(-2));
    }

    /// <summary>Of what holds of keys, what holds of those of each query's band, and false where it leaves the sample.</summary>
    /// <param name="keys">(batch, tokens).</param>
    /// <returns>(batch, 1, tokens, columns).</returns>
    internal Tensor Columns(Tensor keys)
    {
        var folded = Pad(Fold(keys.Unsqueeze(-1)), Before, After);
        return Spread(folded.Unfold(-2, Width, 1).Squeeze(-2), keys.Size(-1)).Unsqueeze(1);
    }

    /// <summary>The tokens of each block of queries with those around it: (..., blocks, block + before + after, width).</summary>
    private Tensor Neighbours(Tensor tokens, long queries)
    {
        var (_, block, blocks) = Blocks(queries);
        var before = tokens.Size(-2) > queries ? 0 : Before;
        var size = block + Before + After;
        return Pad(tokens, before, (blocks - 1) * block + size - before - tokens.Size(-2)).Unfold(-2, size, block).Transpose(-2, -1);
    }

    private (long Tokens, long Block, long Blocks) Blocks(Tensor queries) => Blocks(queries.Size(-2));

    private (long Tokens, long Block, long Blocks) Blocks(long count)
    {
        var block = Math.Min(Block, count);
        return (count, block, (count + block - 1) / block);
    }

    /// <summary>(..., tokens, width) to (..., dilation, tokens / dilation, width): tokens that see each other lie in a row.</summary>
    private Tensor Fold(Tensor tokens)
    {
        if (Dilation == 1)
            return tokens;
        var rows = (tokens.Size(-2) + Dilation - 1) / Dilation;
        return Pad(tokens, 0, rows * Dilation - tokens.Size(-2)).Unflatten(-2, [rows, Dilation]).Transpose(-3, -2);
    }

    /// <summary>Undoes <see cref="Fold"/>.</summary>
    private Tensor Spread(Tensor folded, long tokens) =>
        Dilation == 1 ? folded : folded.Transpose(-3, -2).Flatten(-3, -2).Narrow(-2, 0, tokens);

    private static Tensor Pad(Tensor tokens, long before, long after) =>
        before == 0 && after == 0 ? tokens : tokens.ConstantPadNd([0, 0, before, after]);
}
