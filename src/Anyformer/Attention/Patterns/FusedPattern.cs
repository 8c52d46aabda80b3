using Anyformer.Attention.Softmax;
using Anyformer.Kernels.Fused;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Softmax attention over the pairs that patterns open, by a kernel. What a pattern comes to for a number of tokens is made once.</summary>
internal sealed class FusedPattern
{
    private readonly PlanCache<LayoutPlan> _layouts = new(static key => new LayoutPlan(key.Layouts()));

    /// <summary>The contexts, (batch, heads, tokens, value width); 0 of a query that sees no key. Null where no kernel takes the sizes or the device.</summary>
    /// <param name="pattern">What is open.</param>
    /// <param name="queries">(batch, heads, tokens, width).</param>
    /// <param name="keys">(batch, heads, tokens, width).</param>
    /// <param name="values">(batch, heads, tokens, value width).</param>
    /// <param name="real">True where a key is a token and not padding, (batch or 1, tokens); null when all are.</param>
    /// <param name="dropout">Probability of dropout on weights.</param>
    /// <param name="scale">What products of queries and keys are multiplied by; null for one over the root of the width.</param>
    internal Tensor? Attend(
        AttentionPattern pattern, Tensor queries, Tensor keys, Tensor values, Tensor? real, double dropout, double? scale = null)
    {
        if (queries.Device.Type != DeviceType.Cpu)
            return null;
        var layout = _layouts.Plan(PlanKey.Of(pattern, queries, BlockPlan.Size));
        return ScaledDotProduct.Attend(queries, keys, values, new FusedMask { Keys = real, Layout = layout }, dropout, scale: scale);
    }
}
