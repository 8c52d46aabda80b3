using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// <c>[t] = q[t] · S[t]</c> of a memory that forgets, <c>S[t] = g[t] S[t-1] + k[t]^T v[t]</c>, in time and memory linear in the tokens: a block of
/// tokens at a time, with the memory so far.
/// </summary>
internal static class GatedProduct
{
    private const long Block = 128;

    /// <summary>The products, (batch, heads, tokens, value width).</summary>
    /// <param name="queries">(batch, heads, tokens, features).</param>
    /// <param name="keys">(batch, heads, tokens, features).</param>
    /// <param name="values">(batch, heads, tokens, value width).</param>
    /// <param name="logGates">Logarithms of how much of the memory stays at each token, (batch, heads, tokens, 1), none above 0.</param>
    /// <param name="memory">The memory before the first token, (batch, heads, features, value width); null for an empty one.</param>
    internal static (Tensor Products, Tensor Memory) Of(Tensor queries, Tensor keys, Tensor values, Tensor logGates, Tensor? memory = null)
    {
        var products = new List<Tensor>();
        memory ??= keys.NewZeros([keys.Size(0), keys.Size(1), keys.Size(3), values.Size(3)]);
        // Split gives its gradients back in one piece; narrowed parts would each come with zeros for all other tokens.
        var (queryParts, keyParts) = (queries.Split(Block, 2), keys.Split(Block, 2));
        var (valueParts, gateParts) = (values.Split(Block, 2), logGates.Split(Block, 2));
        for (var i = 0; i < queryParts.Length; i++)
        {
            var (query, key, value, kept) = (queryParts[i], keyParts[i], valueParts[i], gateParts[i].CumSum(2));
            // Between s and t the product of gates s+1 to t stays. Later keys are cut before the exponential, where they would overflow.
            var stays = (kept - kept.Transpose(-2, -1)).Tril().Exp();
            products.Add((query * kept.Exp()).MatMul(memory) + (query.MatMul(key.Transpose(-2, -1)) * stays).Tril().MatMul(value));
            var whole = kept.Narrow(2, kept.Size(2) - 1, 1);
            memory = memory * whole.Exp() + (key * (whole - kept).Exp()).Transpose(-2, -1).MatMul(value);
        }

        return (Functional.Cat([.. products], 2), memory);
    }
}
