using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Attention as a flow from values (sources) to queries (sinks) through capacities <c>sigmoid(q)·sigmoid(k)</c>. Held constant on one side,
/// the flow makes sources compete and sinks share out what they get, without a score for every pair (Wu et al., ICML 2022, arXiv 2202.06258,
/// section 3).
/// </summary>
/// <remarks>
/// Without a mask it is what the authors' forecasting code computes; their other code also cuts the competition to [-1, 1], and the causal form does
/// so, as published. Padding, which neither knows, is neither sink nor source and does not count as a token.
/// </remarks>
[Formula(
    "q = σ(q), k = σ(k), I_i = q_i·sum_j k_j, O_j = k_j·sum_i q_i",
    "I'_i = q_i·sum_j k_j / O_j, O'_j = k_j·sum_i q_i / I_i",
    "Y_i = σ(I'_i n / m) (q_i / I_i) sum_j k_jᵀ (m softmax_j(O'_j) v_j)",
    Where = "I, I': incoming flow of queries, (batch, heads, queries); O, O': outgoing flow of keys, (batch, heads, keys); n: queries; "
        + "m: keys")]
[Claims(Growth = 1, Causal = true)]
[Method("flow", "Flow-attention", Family.Kernels, 2022,
    Paper = "Wu, Wu, Xu, Wang, Long, Flowformer: Linearizing Transformers with Conservation Flows, ICML 2022, arXiv 2202.06258",
    Complexity = "O(tokens)")]
public sealed class FlowAttention : AttentionFunction
{
    private const double Epsilon = 1e-6;

    /// <summary>Flow-attention; it has no options.</summary>
    public FlowAttention() { }

    /// <summary>Flow-attention as a part of a host, of any shape.</summary>
    public FlowAttention(AttentionShape shape) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("Flow-attention");
        var (realSinks, realSources) = (mask?.QueryRows, mask?.KeyRows);
        var (sinks, sources) = (Real(queries.InFull().Sigmoid(), realSinks), Real(keys.InFull().Sigmoid(), realSources));
        var flow = mask is { IsCausal: true }
            ? CausalFlow(sinks, sources, values.InFull(), realSinks, realSources)
            : Flow(sinks, sources, values.InFull(), realSinks, realSources);
        return flow.To(values.DType);
    }

    private static Tensor Flow(Tensor sinks, Tensor sources, Tensor values, Tensor? realSinks, Tensor? realSources)
    {
        var (sinkCount, sourceCount) = (Count(sinks, realSinks), Count(sources, realSources));
        var incoming = 1 / Capacity(sinks, sources.Sum([2], keepdim: true));
        var outgoing = 1 / Capacity(sources, sinks.Sum([2], keepdim: true));
        var allocation = (Capacity(sinks, (sources * outgoing).Sum([2], keepdim: true)) * (sinkCount / sourceCount)).Sigmoid();
        var strength = Capacity(sources, (sinks * incoming).Sum([2], keepdim: true));
        // Not infinity: of a sample that is all padding nothing would be left to divide by.
        var competition = (realSources is null ? strength : strength.MaskedFill(!realSources, -1e30)).Softmax(2) * sourceCount;
        return sinks.MatMul(sources.Transpose(-2, -1).MatMul(values * competition)) * (incoming * allocation);
    }

    private static Tensor CausalFlow(Tensor sinks, Tensor sources, Tensor values, Tensor? realSinks, Tensor? realSources)
    {
        if (sinks.Size(2) != sources.Size(2))
            throw new UserException($"Causal flow-attention needs as many queries as keys, found {sinks.Size(2)} and {sources.Size(2)}.");
        var (seenSinks, seenSources) = (CountSoFar(sinks, realSinks), CountSoFar(sources, realSources));
        var incoming = seenSources / Capacity(sinks, sources.CumSum(2));
        var outgoing = seenSinks / Capacity(sources, sinks.CumSum(2));
        var allocation = (Capacity(sinks, (sources * outgoing).CumSum(2)) / seenSources).Sigmoid();
        var strength = Real((Capacity(sources, (sinks * incoming).CumSum(2)) / seenSinks).Clamp(-1, 1).Exp(), realSources);
        // Before the first source there is no strength; a source's own is at least 1/e.
        var competition = strength / strength.CumSum(2).ClampMin(0.1) * seenSources;
        return CausalProduct.Of(sinks * (incoming / seenSources), sources, values * competition) * allocation;
    }

    /// <summary>What flows between each token and a total, (batch, heads, tokens or 1, width): (batch, heads, tokens, 1).</summary>
    private static Tensor Capacity(Tensor tokens, Tensor total) => ((tokens + Epsilon) * (total + Epsilon)).Sum([-1], keepdim: true);

    private static Tensor Real(Tensor tokens, Tensor? real) => real is null ? tokens : tokens.MaskedFill(!real, 0);

    /// <summary>How many tokens there are, of every sample where some are padding.</summary>
    private static Tensor Count(Tensor tokens, Tensor? real) => real is null
        ? tokens.NewFull([], tokens.Size(2))
        : real.Sum([2], keepdim: true).To(tokens.DType).ClampMin(1);

    /// <summary>How many tokens there are up to each, (1 or batch, 1, tokens, 1).</summary>
    private static Tensor CountSoFar(Tensor tokens, Tensor? real) => real is null
        ? Functional.Arange(1, tokens.Size(2) + 1, dtype: tokens.DType, device: tokens.Device).View([1, 1, -1, 1])
        : real.CumSum(2).To(tokens.DType).ClampMin(1);
}
