using Anyformer.Kernels.Causal;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// <c>[t] = q[t] · sum_(s ≤ t) k[s]^T v[s]</c>, attention without a softmax under a causal mask, in time and memory linear in the tokens; and where it is
/// decided what computes it: the kernel, or the composition of operators.
/// </summary>
internal static class CausalProduct
{
    /// <summary>The product, (batch, heads, tokens, value width), of queries, keys (… features) and values, all of as many tokens.</summary>
    internal static Tensor Of(Tensor queries, Tensor keys, Tensor values)
    {
        if (queries.Size(2) == 1)
            return OwnWeight(queries, keys) * values;
        return CausalLinear.Takes(queries, keys, values)
            ? new CausalLinear().Apply(queries, keys, values)[0]
            : CausalComposition.Of(queries, keys, values);
    }

    /// <summary>The product and, (batch, heads, tokens, 1), the weights that it sums values with: <c>q[t] · sum_(s ≤ t) k[s]</c>.</summary>
    internal static (Tensor Sums, Tensor Weights) Weighted(Tensor queries, Tensor keys, Tensor values)
    {
        if (queries.Size(2) == 1)
        {
            var weight = OwnWeight(queries, keys);
            return (weight * values, weight);
        }

        if (CausalLinear.Takes(queries, keys, values))
        {
            var results = new CausalLinear(weighs: true).Apply(queries, keys, values);
            return (results[0], results[1]);
        }

        var (product, width) = (CausalComposition.Of(queries, keys, values.ConstantPadNd([0, 1], 1)), values.Size(-1));
        return (product.Narrow(-1, 0, width), product.Narrow(-1, width, 1));
    }

    /// <summary>A text that is read on token by token: a single token meets only itself.</summary>
    private static Tensor OwnWeight(Tensor queries, Tensor keys) => (queries * keys).Sum([-1], keepdim: true);
}
