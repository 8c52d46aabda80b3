using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Options of <see cref="SparseTransformerFixedAttention"/>.</summary>
public sealed record SparseTransformerFixedAttentionOptions
{
    /// <summary>Tokens of a block; null for the root of the number of tokens.</summary>
    [Description("tokens of a block; without it, the root of the number of tokens"), Range(1, 1 << 20)]
    public int? Stride { get; init; }

    /// <summary>Tokens of a block that all see, its summary.</summary>
    [Description("tokens of a block that all see, its summary"), Range(1, 1 << 20)]
    public int Expressivity { get; init; } = 8;

    /// <summary>Different summaries, which the heads take in turn: the last tokens of a block, those before them, and so on.</summary>
    [Description("different summaries, which the heads take in turn: the last tokens of a block, those before them, and so on"), Range(1, 1024)]
    public int Summaries { get; init; } = 1;
}

/// <summary>
/// Fixed attention of the Sparse Transformer: the tokens of the own block, and of every block a few that stand for it (Child et al. 2019,
/// arXiv 1904.10509, section 4.3). Published for decoders; without a causal mask both reach to both sides.
/// </summary>
/// <remarks>A query that sees no key gets zeros.</remarks>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: floor(j / s) = floor(i / s), or s - (m + 1) c ≤ j mod s < s - m c",
    Where = "s: tokens of a block; c: tokens of its summary; m: head mod summaries")]
[Claims(Growth = 1.5, Causal = true)]
[Method("sparse-transformer-fixed", "Sparse Transformer, fixed", Family.FixedPatterns, 2019,
    System = "sparse-transformer",
    Paper = "Child, Gray, Radford, Sutskever, Generating Long Sequences with Sparse Transformers, 2019, arXiv 1904.10509",
    Complexity = "O(tokens · √tokens)")]
public sealed class SparseTransformerFixedAttention : AttentionFunction
{
    private readonly SparseTransformerFixedAttentionOptions _options;

    /// <summary>Attention of some sizes.</summary>
    /// <exception cref="UserException">The summaries are longer than a block.</exception>
    public SparseTransformerFixedAttention(SparseTransformerFixedAttentionOptions options, double dropout = 0)
    {
        if (options.Stride is { } stride && (long)options.Summaries * options.Expressivity > stride)
            throw new UserException(
                $"The summaries of a block must fit into its {stride} tokens, found {options.Summaries} of {options.Expressivity} tokens.");
        _options = options;
        Dropout = new Dropout(dropout);
    }

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The summaries are longer than a block.</exception>
    public SparseTransformerFixedAttention(AttentionShape shape, SparseTransformerFixedAttentionOptions options) : this(options, shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">There are not as many keys as queries, or there is a mask of pairs.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("The Sparse Transformer's attention");
        var tokens = queries.Size(2);
        if (keys.Size(2) != tokens)
            throw new UserException($"The Sparse Transformer's attention needs as many keys as queries, found {keys.Size(2)} and {tokens}.");
        // Of short samples a block has at least the tokens of its summaries.
        var stride = _options.Stride ?? Math.Max((int)Math.Ceiling(Math.Sqrt(tokens)), _options.Summaries * _options.Expressivity);
        var blocks = (tokens + stride - 1) / stride;
        // (batch, heads, tokens, width) to (batch, heads, blocks, stride, width).
        Tensor Cut(Tensor all) => all.ConstantPadNd([0, 0, 0, blocks * stride - tokens]).Unflatten(2, [blocks, stride]);

        var real = Cut(mask?.KeyRows ?? Functional.Ones([1, 1, tokens, 1], DType.Bool, device: queries.Device));
        var (cutQueries, cutKeys, cutValues) = (Cut(queries * (1 / Math.Sqrt(queries.Size(3)))), Cut(keys), Cut(values));
        var inside = real.Transpose(-2, -1).Expand([-1, -1, -1, stride, -1]);
        var own = Attend(cutQueries, cutKeys, cutValues, mask?.IsCausal == true ? inside.Tril() : inside);
        var others = Attend(cutQueries.Flatten(2, 3), Summary(cutKeys), Summary(cutValues), OtherBlocks(Summary(real.Expand([-1, queries.Size(1), -1, -1, -1])), blocks, stride, mask));
        return AttentionPart.Join(new AttentionPart(own.Contexts.Flatten(2, 3), own.LogSum.Flatten(2, 3)), others).Narrow(2, 0, tokens);
    }

    private AttentionPart Attend(Tensor queries, Tensor keys, Tensor values, Tensor visible)
    {
        var scores = queries.MatMul(keys.Transpose(-2, -1));
        var sums = scores.MaskedFill(!visible, MaskedSoftmax.Lowest(scores.DType)).LogSumExp([-1], keepdim: true);
        return new AttentionPart(Dropout.Call(MaskedSoftmax.Of(scores, visible)).MatMul(values), sums);
    }

    /// <summary>The summary of every block, each head's own: (batch, heads, blocks · expressivity, width).</summary>
    private Tensor Summary(Tensor cut)
    {
        var (stride, size) = (cut.Size(3), _options.Expressivity);
        if (_options.Summaries == 1)
            return cut.Narrow(3, stride - size, size).Flatten(2, 3);
        Tensor OfHead(int head) => cut.Select(1, head).Narrow(2, stride - (head % _options.Summaries + 1) * size, size).Flatten(1, 2);
        return Functional.Stack([.. Enumerable.Range(0, (int)cut.Size(1)).Select(OfHead)], 1);
    }

    /// <summary>True where a query may see a token of a summary of another block, before its own when the mask is causal.</summary>
    private Tensor OtherBlocks(Tensor real, long blocks, int stride, AttentionMask? mask)
    {
        var ofQueries = Functional.Arange(blocks, device: real.Device).RepeatInterleave(stride).Unsqueeze(-1);
        var ofKeys = Functional.Arange(blocks, device: real.Device).RepeatInterleave(_options.Expressivity);
        return real.Transpose(-2, -1).LogicalAnd(mask?.IsCausal == true ? ofKeys < ofQueries : ofKeys.Ne(ofQueries));
    }
}
