using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>
/// Attention of every query to the pooled keys whose centres lie around it, block by block of queries, in memory linear in the tokens.
/// </summary>
/// <param name="Tokens">Queries, and tokens that were pooled.</param>
/// <param name="Slots">Pooled keys.</param>
/// <param name="Reach">How far a centre may lie from a query.</param>
/// <param name="Kernel">Tokens of a slot.</param>
/// <param name="Stride">Tokens from slot to slot.</param>
internal sealed record PooledWindow(long Tokens, long Slots, long Reach, long Kernel, long Stride)
{
    /// <summary>Blocks much shorter than this make matrix products too small to be quick.</summary>
    private const long ShortestBlock = 64;

    /// <summary>Queries of a block, a multiple of the stride, so that the slots around each block begin as many slots later.</summary>
    private long Block => RoundUp(Math.Min(Math.Max(Math.Max(ShortestBlock, Kernel), Reach / 2), Tokens + Kernel));

    private long Blocks => (Tokens + Block - 1) / Block;

    private long Centre => Kernel / 2;

    /// <summary>Slots before the first query of a block that it may see.</summary>
    private long Before => (Reach + Centre) / Stride;

    /// <summary>Slots around a block.</summary>
    private long Around => Before + (Block - 1 + Reach - Centre) / Stride + 1;

    /// <summary>Whether each query has a slot in its reach.</summary>
    private bool IsCovering => Math.Max(Math.Max(Centre, Stride / 2), Tokens - 1 - ((Slots - 1) * Stride + Centre)) <= Reach;

    /// <summary>A window over pooled keys, that reaches as far as wanted, but no further than there are tokens.</summary>
    internal static PooledWindow Of(WindowReducer pooling, long tokens, long slots, long reach) =>
        new(tokens, slots, Math.Min(reach, tokens + pooling.Kernel), pooling.Kernel, pooling.Stride);

    /// <summary>The contexts, (batch, heads, tokens, head width). A query that sees no slot gets the mean of all.</summary>
    /// <param name="queries">(batch, heads, tokens, head width), scaled.</param>
    /// <param name="keys">(batch, heads, slots, head width).</param>
    /// <param name="values">(batch, heads, slots, head width).</param>
    /// <param name="real">True at slots that may be seen, (batch, slots); null when all may.</param>
    /// <param name="dropout">Dropout on the weights.</param>
    internal Tensor Contexts(Tensor queries, Tensor keys, Tensor values, Tensor? real, Dropout dropout)
    {
        var asking = queries.ConstantPadNd([0, 0, 0, Blocks * Block - Tokens]).Unflatten(2, [Blocks, Block]);
        var visible = Visible(real, queries.Device);
        var weights = dropout.Call(asking.MatMul(Neighbours(keys)).Hide(visible).Softmax(-1));
        var contexts = weights.MatMul(Neighbours(values).Transpose(-2, -1)).Flatten(2, 3).Narrow(2, 0, Tokens);
        if (real is null && IsCovering)
            return contexts;
        var sees = visible.Any(-1, keepdim: true).Flatten(2, 3).Narrow(2, 0, Tokens);
        return Functional.Where(sees, contexts, values.Mean([2], keepdim: true));
    }

    /// <summary>The slots around each block: (batch, heads, slots, width) to (batch, heads, blocks, width, slots around).</summary>
    private Tensor Neighbours(Tensor slots)
    {
        var step = Block / Stride;
        return slots.ConstantPadNd([0, 0, Before, (Blocks - 1) * step + Around - Before - Slots]).Unfold(2, Around, step);
    }

    /// <summary>True where a query may see a slot around its block, (1 or batch, 1, blocks, block, slots around).</summary>
    private Tensor Visible(Tensor? real, Device device)
    {
        var places = Functional.Arange(Block, device: device).Unsqueeze(1);
        var centres = (Functional.Arange(Around, device: device) - Before) * Stride + Centre;
        var slots = real ?? Functional.Ones([1, Slots], DType.Bool, device: device);
        return ((centres - places).Abs() <= Reach) & Neighbours(slots.Unsqueeze(1).Unsqueeze(-1));
    }

    private long RoundUp(long queries) => (queries + Stride - 1) / Stride * Stride;
}
