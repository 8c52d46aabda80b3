using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Kernels;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Prototypes;

/// <summary>Options of <see cref="ProbSparseAttention"/>.</summary>
public sealed record ProbSparseAttentionOptions
{
    /// <summary>Queries that attend, and keys that are sampled for each, in multiples of the rounded-up logarithm of their number.</summary>
    [Description("queries kept and keys sampled, in multiples of ln(tokens) rounded up"), Range(1, 1 << 20)]
    public int Factor { get; init; } = 5;
}

/// <summary>
/// Only the queries whose scores stand out attend; the others get the mean of the values (Zhou et al., AAAI 2021, arXiv 2012.07436, section 3.1).
/// How much a query stands out is judged on keys drawn at random, in evaluation too: <c>M(q) = max_j q·k_j - sum_j q·k_j / keys</c>.
/// Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
/// <remarks>
/// Under a causal mask the others get, as published, the <em>sum</em> of the values up to their own, and which queries stand out is judged on all
/// keys. Under any other mask they get the mean of the values they may see, and keys that they may not see are left out of the judgement.
/// </remarks>
[Formula(
    "Y_i = softmax(q_i Kᵀ / √d) V of the u queries with the largest m_i, else the mean of the values (causal: their sum up to i)",
    "m_i = max_j q_i·k_j - (1 / n) sum_j q_i·k_j over u sampled keys j, u = c ceil(ln n)",
    Where = "m: how far a query stands out, (batch, heads, queries); u: queries kept and keys sampled; c: factor")]
[Claims(Growth = 1, Causal = true, Leaks = Leaks.Future | Leaks.Pairs,
    Caveat = "Under a causal mask, which queries attend is judged on all keys, later ones too, as the authors' code does; under any mask, the queries of a text compete for it.")]
[Method("prob-sparse", "ProbSparse attention", Family.Prototypes, 2021,
    System = "informer",
    Paper = "Zhou, Zhang, Peng, Zhang, Li, Xiong, Zhang, Informer: Beyond Efficient Transformer for Long Sequence Time-Series Forecasting, "
        + "AAAI 2021, arXiv 2012.07436",
    Complexity = "O(tokens · log tokens)")]
public sealed class ProbSparseAttention : AttentionFunction
{
    private readonly int _factor;

    /// <summary>Attention of a sampling factor.</summary>
    public ProbSparseAttention(int factor = 5) => _factor = factor;

    /// <summary>Attention as a part of a host, of any shape.</summary>
    public ProbSparseAttention(AttentionShape shape, ProbSparseAttentionOptions options) : this(options.Factor) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var isCausal = mask == AttentionMask.Causal;
        var visible = isCausal ? null : mask?.Table(queries.Size(2), keys.Size(2), queries.Device);
        var active = ActiveQueries(queries, keys, visible, mask?.Queries).Unsqueeze(-1);

        var kept = queries.Gather(2, active.Expand([-1, -1, -1, queries.Size(3)]));
        var scores = (kept * (1 / Math.Sqrt(kept.Size(-1)))).MatMul(keys.Transpose(-2, -1));
        if (isCausal)
            scores = scores.MaskedFill(Functional.Arange(keys.Size(2), device: keys.Device) > active, double.NegativeInfinity);
        else if (visible is not null)
            scores = scores.MaskedFill(!OfQueries(visible, active, scores.Shape), double.NegativeInfinity);
        var weights = scores.Softmax(-1);
        if (Recorder.IsListening)
            Recorder.Record(this, "weights", Map(weights, active, queries.Size(2), visible));

        var context = isCausal ? values.CumSum(2) : Mean(values, queries.Size(2), visible);
        return context.Scatter(2, active.Expand([-1, -1, -1, values.Size(3)]), weights.MatMul(values).To(context.DType));
    }

    /// <summary>The numbers of the queries that stand out most, (batch, heads, kept), in no order.</summary>
    private Tensor ActiveQueries(Tensor queries, Tensor keys, Tensor? visible, Tensor? real)
    {
        using var noGrad = Autograd.NoGrad();
        var (sampled, kept) = (Share(keys.Size(2)), Share(queries.Size(2)));
        // A single key needs no judgement: its value is the mean.
        if (sampled == 0)
            return Functional.Empty([queries.Size(0), queries.Size(1), 0], DType.Int64, device: queries.Device);
        var samples = RandomDraws.Integers(keys.Size(2), [queries.Size(2), sampled], queries.Device);
        var scores = SampledScores.Of(queries, keys, samples);
        var prominence = Prominence(scores, samples, keys.Size(2), visible);
        // Padded queries come last.
        var ranked = real is null ? prominence : prominence.MaskedFill(!real.Unsqueeze(1), double.NegativeInfinity);
        return ranked.TopK(kept, sorted: false).Indices;
    }

    /// <summary>How far the largest of a query's sampled scores is above the others: (batch, heads, queries).</summary>
    private static Tensor Prominence(Tensor scores, Tensor samples, long keys, Tensor? visible)
    {
        if (visible is null)
            return scores.Amax([-1]) - scores.Sum([-1]) / keys;
        var shape = scores.Shape;
        var seen = visible.Expand([shape[0], shape[1], shape[2], keys]).Gather(3, samples.Expand(shape));
        return scores.MaskedFill(!seen, double.NegativeInfinity).Amax([-1]) - (scores * seen).Sum([-1]) / visible.Sum([-1]);
    }

    /// <summary>The factor times the logarithm of a number of tokens, but no more than all of them.</summary>
    private long Share(long tokens) => Math.Min(_factor * (long)Math.Ceiling(Math.Log(tokens)), tokens);

    /// <summary>The mean of the values that each query may see, (batch, heads, queries, head width).</summary>
    private static Tensor Mean(Tensor values, long queries, Tensor? visible) => visible is null
        ? values.Mean([2], keepdim: true).Expand([-1, -1, queries, -1])
        : (visible.To(values.DType).MatMul(values) / visible.Sum([-1], keepdim: true)).Expand([-1, -1, queries, -1]);

    /// <summary>What some of the queries may see; a table that holds for all queries is not spread over them.</summary>
    private static Tensor OfQueries(Tensor visible, Tensor active, long[] shape) => visible.Size(2) == 1
        ? visible
        : visible.Expand([shape[0], shape[1], -1, shape[3]]).Gather(2, active.Expand(shape));

    /// <summary>What every query takes of every value, (batch, heads, queries, keys); as published, a causal sum is shown as a mean.</summary>
    private static Tensor Map(Tensor weights, Tensor active, long queries, Tensor? visible)
    {
        var shape = new[] { weights.Size(0), weights.Size(1), queries, weights.Size(3) };
        var even = visible is null ? weights.NewFull(shape, 1.0 / weights.Size(3)) : visible.To(weights.DType) / visible.Sum([-1], keepdim: true);
        return even.Expand(shape).Scatter(2, active.Expand(weights.Shape), weights);
    }
}
