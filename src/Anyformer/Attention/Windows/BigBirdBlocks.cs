using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Softmax attention from block to block: a window of three blocks, the first and the last block, and given further blocks; the first and the last
/// block see all. At least three blocks.
/// </summary>
/// <param name="block">Tokens of a block.</param>
/// <param name="further">For each block of queries but the first and the last, numbers of blocks: (heads, blocks - 2, further blocks).</param>
internal sealed class BigBirdBlocks(long block, Tensor further)
{
    private readonly long _blocks = further.Size(1) + 2;

    /// <summary>The contexts, (batch, heads, tokens, head width).</summary>
    /// <param name="queries">(batch, heads, tokens, head width), scaled.</param>
    /// <param name="keys">(batch, heads, tokens, head width).</param>
    /// <param name="values">(batch, heads, tokens, head width).</param>
    /// <param name="real">True at the keys that may be seen, (batch, tokens); null when all may.</param>
    internal Tensor Contexts(Tensor queries, Tensor keys, Tensor values, Tensor? real)
    {
        var tokens = queries.Size(2);
        var missing = _blocks * block - tokens;
        if (missing is < 0 || missing >= block)
            throw new UserException($"Blocks of {block} tokens for samples of {_blocks} blocks do not fit {tokens} tokens.");
        real ??= Functional.Ones([1, tokens], DType.Bool, device: queries.Device);
        if (missing > 0)
        {
            Tensor Whole(Tensor rows) => rows.ConstantPadNd([0, 0, 0, missing]);
            (queries, keys, values, real) = (Whole(queries), Whole(keys), Whole(values), real.ConstantPadNd([0, missing]));
        }

        var edges = Attend(Edges(queries), keys, real.Unsqueeze(1).Unsqueeze(1), values);
        var between = Between(queries.Narrow(2, block, (_blocks - 2) * block), keys, values, real);
        return Functional.Cat([edges.Narrow(2, 0, block), between, edges.Narrow(2, block, block)], 2).Narrow(2, 0, tokens);
    }

    /// <summary>The contexts of all blocks of queries but the first and the last.</summary>
    private Tensor Between(Tensor queries, Tensor keys, Tensor values, Tensor real)
    {
        var asking = queries.Unflatten(2, [-1, block]);
        var edgeScores = queries.MatMul(Edges(keys).Transpose(-2, -1)).Unflatten(2, [-1, block]);
        var nearScores = asking.MatMul(Near(keys).Transpose(-2, -1));
        var visible = Functional.Cat([VisibleEdges(real), VisibleNear(real)], -1);
        var weights = Functional.Cat([edgeScores, nearScores], -1).Hide(visible).Softmax(-1);
        var edgeContexts = weights.Narrow(-1, 0, 2 * block).Flatten(2, 3).MatMul(Edges(values));
        var nearContexts = weights.Narrow(-1, 2 * block, nearScores.Size(-1)).MatMul(Near(values));
        return edgeContexts + nearContexts.Flatten(2, 3);
    }

    /// <summary>The tokens of the first and of the last block, (batch, heads, 2 block, head width).</summary>
    private Tensor Edges(Tensor rows) => Functional.Cat([rows.Narrow(2, 0, block), rows.Narrow(2, rows.Size(2) - block, block)], 2);

    /// <summary>The tokens of each window and further blocks, (batch, heads, blocks - 2, (3 + further) block, head width).</summary>
    private Tensor Near(Tensor rows)
    {
        var windows = rows.Unfold(2, 3 * block, block).Transpose(-2, -1);
        var blocks = rows.Unflatten(2, [-1, block]).Flatten(1, 2);
        // Each head has blocks of its own, so they are numbered through.
        var numbers = (further + Functional.Arange(further.Size(0), device: further.Device).View([-1, 1, 1]) * _blocks).Flatten();
        var others = blocks.IndexSelect(1, numbers).View([rows.Size(0), rows.Size(1), _blocks - 2, -1, rows.Size(3)]);
        return Functional.Cat([windows, others], -2);
    }

    /// <summary>Where <see cref="Edges"/> may be seen, (batch, heads, blocks - 2, 1, 2 block): not when a window holds that edge already.</summary>
    private Tensor VisibleEdges(Tensor real)
    {
        var edges = Functional.Cat([real.Narrow(1, 0, block), real.Narrow(1, real.Size(1) - block, block)], 1);
        var isOutside = Functional.Ones([_blocks - 2, 2], DType.Bool, device: real.Device);
        isOutside[0, 0] = isOutside[-1, 1] = Tensor.From(false);
        var visible = edges.Unsqueeze(1).LogicalAnd(isOutside.RepeatInterleave(block, 1));
        return visible.Unsqueeze(1).Unsqueeze(3).Expand([-1, further.Size(0), -1, -1, -1]);
    }

    /// <summary>Where the keys of <see cref="Near"/> may be seen, (batch, heads, blocks - 2, 1, (3 + further) block).</summary>
    private Tensor VisibleNear(Tensor real)
    {
        var rows = real.View([real.Size(0), 1, -1, 1]).Expand([-1, further.Size(0), -1, -1]);
        return Near(rows).Transpose(-2, -1);
    }

    private static Tensor Attend(Tensor queries, Tensor keys, Tensor visible, Tensor values) =>
        queries.MatMul(keys.Transpose(-2, -1)).Hide(visible).Softmax(-1).MatMul(values);
}
