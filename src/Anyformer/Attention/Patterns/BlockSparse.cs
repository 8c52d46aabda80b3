using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Softmax attention on the blocks that a plan gathers. A query that sees no key gets zeros.</summary>
/// <param name="plan">Which blocks see which.</param>
/// <param name="dropout">Dropout of attention weights.</param>
/// <param name="real">True where a key is a token and not padding, (batch, keys); null when all are.</param>
internal sealed class BlockSparse(GatherPlan plan, Dropout dropout, Tensor? real)
{
    private readonly List<Tensor> _sums = [];

    /// <summary>The contexts, (batch, heads, tokens, width).</summary>
    public Tensor Attend(Tensor queries, Tensor keys, Tensor values) => Attend(queries, keys, values, withSums: false);

    /// <summary>
    /// The contexts, and for every query the logarithm of the sum of its exponentiated scores, (batch, heads, tokens, 1): what a part of an attention
    /// needs to be joined with other parts.
    /// </summary>
    public AttentionPart AttendInPart(Tensor queries, Tensor keys, Tensor values)
    {
        var contexts = Attend(queries, keys, values, withSums: true);
        return new AttentionPart(contexts, Ordered(_sums, queries));
    }

    private Tensor Attend(Tensor queries, Tensor keys, Tensor values, bool withSums)
    {
        var blocks = ByBlocks(queries * (1 / Math.Sqrt(queries.Size(3))));
        var (keyBlocks, valueBlocks) = (ByBlocks(keys), ByBlocks(values));
        var realBlocks = real?.ConstantPadNd([0, (long)plan.Blocks * plan.BlockSize - real.Size(1)]).View([real.Size(0), plan.Blocks, plan.BlockSize]);
        var contexts = new List<Tensor>();
        foreach (var step in plan.Steps)
        {
            var closed = !Open(step, realBlocks, queries.Size(1));
            // The smallest number instead of minus infinity: a row that sees nothing stays finite, and is made zero below.
            var scores = blocks.IndexSelect(1, step.Rows).MatMul(Gather(keyBlocks, step).Transpose(-2, -1)).MaskedFill(closed, MaskedSoftmax.Lowest(queries.DType));
            var weights = scores.Softmax(-1);
            if (real is not null || plan.HasBlindQueries)
                weights = weights.MaskedFill(closed, 0);
            contexts.Add(dropout.Call(weights).MatMul(Gather(valueBlocks, step)));
            if (withSums)
                _sums.Add(scores.LogSumExp([-1], keepdim: true));
        }

        return Ordered(contexts, queries);
    }

    /// <summary>What the rows of all steps gave, in the order of the tokens: (batch, heads, tokens, width).</summary>
    private Tensor Ordered(List<Tensor> ofSteps, Tensor like) => Functional.Cat([.. ofSteps], 1).IndexSelect(1, plan.Order)
        .Reshape([like.Size(0), like.Size(1), plan.Blocks * plan.BlockSize, ofSteps[0].Size(-1)]).Narrow(2, 0, like.Size(2));

    private Tensor Open(GatherStep step, Tensor? realBlocks, long heads)
    {
        if (realBlocks is null)
            return step.Open;
        var ofRows = realBlocks.IndexSelect(1, step.KeyBlocksOfSample).View([realBlocks.Size(0), step.Rows.Size(0), 1, -1]);
        return step.Open.LogicalAnd(plan.VariesByHead ? ofRows : ofRows.RepeatInterleave(heads, 0));
    }

    /// <summary>(samples · heads, blocks, block, width), or (samples, heads · blocks, block, width) when heads differ.</summary>
    private Tensor ByBlocks(Tensor tokens)
    {
        var (batch, heads, width) = (tokens.Size(0), tokens.Size(1), tokens.Size(3));
        var padded = tokens.ConstantPadNd([0, 0, 0, (long)plan.Blocks * plan.BlockSize - tokens.Size(2)]);
        return padded.Reshape(plan.VariesByHead
            ? [batch, heads * plan.Blocks, plan.BlockSize, width]
            : [batch * heads, plan.Blocks, plan.BlockSize, width]);
    }

    /// <summary>The key or value blocks that each row sees, side by side: (samples, rows, slots · block, width).</summary>
    private static Tensor Gather(Tensor blocks, GatherStep step) =>
        blocks.IndexSelect(1, step.KeyBlocks).View([blocks.Size(0), step.Rows.Size(0), -1, blocks.Size(3)]);
}
