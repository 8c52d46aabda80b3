using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Attention as a flow from values (sources) to queries (sinks) through capacities <c>sigmoid(q)·sigmoid(k)</c>. Held constant on one side,
/// the flow makes sources compete and sinks share out what they get, without a score for every pair (Wu et al., ICML 2022, arXiv 2202.06258,
/// section 3).
/// </summary>
/// <remarks>
/// It knows two masks: none, and the causal one. Without a mask it is what the authors' forecasting code computes; their other code also cuts the
/// competition to [-1, 1]. The causal form does so, as published.
/// </remarks>
[Claims(Growth = 1, Causal = true, Padding = false)]
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
        if (mask is not null && mask != AttentionMask.Causal)
            throw new UserException(
                "Flow-attention knows no mask but the causal one; choose another attention function where other tokens are masked.");
        var (sinks, sources) = (queries.Sigmoid(), keys.Sigmoid());
        return mask is null ? Flow(sinks, sources, values) : CausalFlow(sinks, sources, values);
    }

    private static Tensor Flow(Tensor sinks, Tensor sources, Tensor values)
    {
        var (sinkCount, sourceCount) = ((double)sinks.Size(2), (double)sources.Size(2));
        var incoming = 1 / Capacity(sinks, sources.Sum([2], keepdim: true));
        var outgoing = 1 / Capacity(sources, sinks.Sum([2], keepdim: true));
        var allocation = (Capacity(sinks, (sources * outgoing).Sum([2], keepdim: true)) * (sinkCount / sourceCount)).Sigmoid();
        var competition = Capacity(sources, (sinks * incoming).Sum([2], keepdim: true)).Softmax(2) * sourceCount;
        return sinks.MatMul(sources.Transpose(-2, -1).MatMul(values * competition)) * (incoming * allocation);
    }

    private static Tensor CausalFlow(Tensor sinks, Tensor sources, Tensor values)
    {
        var seen = Functional.Arange(1, sinks.Size(2) + 1, dtype: sinks.DType, device: sinks.Device).Unsqueeze(-1);
        var incoming = seen / Capacity(sinks, sources.CumSum(2));
        var outgoing = seen / Capacity(sources, sinks.CumSum(2));
        var allocation = (Capacity(sinks, (sources * outgoing).CumSum(2)) / seen).Sigmoid();
        var strength = (Capacity(sources, (sinks * incoming).CumSum(2)) / seen).Clamp(-1, 1).Exp();
        var competition = strength / strength.CumSum(2) * seen;
        return CausalProduct.Of(sinks * (incoming / seen), sources, values * competition) * allocation;
    }

    /// <summary>What flows between each token and a total, (batch, heads, tokens or 1, width): (batch, heads, tokens, 1).</summary>
    private static Tensor Capacity(Tensor tokens, Tensor total) => ((tokens + Epsilon) * (total + Epsilon)).Sum([-1], keepdim: true);
}
