using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Attention without a softmax under a causal mask, in time linear in the tokens.</summary>
internal static class CausalProduct
{
    private const int Block = 64;

    /// <summary>
    /// <c>[t] = q[t] · sum_(s ≤ t) k[s]^T v[s]</c>, all (batch, heads, tokens, width); a block of tokens at a time, with the sum so far.
    /// </summary>
    internal static Tensor Of(Tensor queries, Tensor keys, Tensor values)
    {
        var contexts = new List<Tensor>();
        var sum = keys.NewZeros([keys.Size(0), keys.Size(1), keys.Size(3), values.Size(3)]);
        for (var begin = 0L; begin < keys.Size(2); begin += Block)
        {
            var length = Math.Min(Block, keys.Size(2) - begin);
            var (query, key, value) = (queries.Narrow(2, begin, length), keys.Narrow(2, begin, length), values.Narrow(2, begin, length));
            contexts.Add(query.MatMul(sum) + query.MatMul(key.Transpose(-2, -1)).Tril().MatMul(value));
            sum = sum + key.Transpose(-2, -1).MatMul(value);
        }

        return Functional.Cat([.. contexts], 2);
    }
}
