using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>How two patterns share the heads (Child et al. 2019, arXiv 1904.10509, section 4.3).</summary>
public enum HeadSharing
{
    /// <summary>The first half of the heads has the first pattern, the others have the second.</summary>
    Split,

    /// <summary>Every head has both, under one softmax.</summary>
    Merged,
}

/// <summary>Options of <see cref="SparseTransformerAttention"/>.</summary>
public sealed record SparseTransformerAttentionOptions
{
    /// <summary>Tokens of the window, and distance between the tokens of the other pattern; null for the root of the number of tokens.</summary>
    [Description("tokens of the window, and distance of the far tokens; without it, the root of the number of tokens"), Range(1, 1 << 20)]
    public int? Stride { get; init; }

    /// <summary>How the near and the far tokens share the heads.</summary>
    [Description("how near and far tokens share the heads: split or merged")]
    public HeadSharing Heads { get; init; } = HeadSharing.Split;
}

/// <summary>
/// Strided attention of the Sparse Transformer: tokens nearer than a stride, and tokens whose distance is a multiple of it (Child et al. 2019,
/// arXiv 1904.10509, section 4.3). Published for decoders; without a causal mask both reach to both sides.
/// </summary>
/// <remarks>
/// Written in rows of one stride, the far tokens of a token are its column, so that attention along columns makes tokens² / stride scores.
/// A query that sees no key gets zeros.
/// </remarks>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: |i - j| < s in the first half of the heads, (i - j) mod s = 0 in the others",
    Where = "s: stride")]
[Claims(Growth = 1.5, Causal = true)]
[Method("sparse-transformer", "Sparse Transformer, strided", Family.FixedPatterns, 2019,
    Paper = "Child, Gray, Radford, Sutskever, Generating Long Sequences with Sparse Transformers, 2019, arXiv 1904.10509",
    Complexity = "O(tokens · √tokens)")]
public sealed class SparseTransformerAttention : AttentionFunction
{
    private const int Block = 64;

    private readonly int? _stride;
    private readonly HeadSharing _sharing;
    private readonly PlanCache<GatherPlan> _plans = new(static key => new GatherPlan(key));

    /// <summary>Attention of a stride.</summary>
    public SparseTransformerAttention(SparseTransformerAttentionOptions options, double dropout = 0)
    {
        (_stride, _sharing) = (options.Stride, options.Heads);
        Dropout = new Dropout(dropout);
    }

    /// <summary>Attention as a part of a host.</summary>
    public SparseTransformerAttention(AttentionShape shape, SparseTransformerAttentionOptions options) : this(options, shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">There are not as many keys as queries, or there is a mask of pairs.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("The Sparse Transformer's attention");
        var (heads, tokens) = (queries.Size(1), queries.Size(2));
        if (keys.Size(2) != tokens)
            throw new UserException($"The Sparse Transformer's attention needs as many keys as queries, found {keys.Size(2)} and {tokens}.");
        var stride = (int)Math.Min(_stride ?? (long)Math.Ceiling(Math.Sqrt(tokens)), tokens);
        if (_sharing == HeadSharing.Merged)
            return AttentionPart.Join(Near(queries, keys, values, mask, stride), Columns(queries, keys, values, mask, stride, withSelf: false));
        Tensor First(Tensor all) => all.Narrow(1, 0, (heads + 1) / 2);
        Tensor Others(Tensor all) => all.Narrow(1, (heads + 1) / 2, heads / 2);
        return Functional.Cat(
            [
                Near(First(queries), First(keys), First(values), mask, stride).Contexts,
                Columns(Others(queries), Others(keys), Others(values), mask, stride, withSelf: true).Contexts,
            ], 1);
    }

    /// <summary>Attention to the tokens nearer than the stride.</summary>
    private AttentionPart Near(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask, int stride)
    {
        var pattern = AttentionPattern.Band(stride - 1, mask?.IsCausal == true ? 0 : stride - 1);
        var plan = _plans.Plan(PlanKey.Of(pattern, queries, (int)Math.Min(Math.Min(Block, stride), queries.Size(2))));
        return new BlockSparse(plan, Dropout, mask?.Keys).AttendInPart(queries, keys, values);
    }

    /// <summary>Attention along the columns; without itself, no token is seen that is near.</summary>
    private AttentionPart Columns(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask, int stride, bool withSelf)
    {
        var (tokens, rows) = (queries.Size(2), (queries.Size(2) + stride - 1) / stride);
        // (batch, heads, tokens, width) to (batch, heads, columns, rows, width).
        Tensor Turn(Tensor all) => all.ConstantPadNd([0, 0, 0, rows * stride - tokens]).Unflatten(2, [rows, stride]).Transpose(2, 3);
        Tensor TurnBack(Tensor turned) => turned.Transpose(2, 3).Flatten(2, 3).Narrow(2, 0, tokens);

        var real = mask?.KeyRows ?? Functional.Ones([1, 1, tokens, 1], DType.Bool, device: queries.Device);
        var visible = Turn(real).Transpose(-2, -1).Expand([-1, -1, -1, rows, -1]);
        if (mask?.IsCausal == true)
            visible = visible.Tril(withSelf ? 0 : -1);
        else if (!withSelf)
            visible = visible.LogicalAnd(!Functional.Eye(rows, dtype: DType.Bool, device: queries.Device));
        var scores = (Turn(queries) * (1 / Math.Sqrt(queries.Size(3)))).MatMul(Turn(keys).Transpose(-2, -1));
        var sums = scores.MaskedFill(!visible, MaskedSoftmax.Lowest(scores.DType)).LogSumExp([-1], keepdim: true);
        var contexts = Dropout.Call(MaskedSoftmax.Of(scores, visible)).MatMul(Turn(values));
        return new AttentionPart(TurnBack(contexts), TurnBack(sums));
    }
}
