using Anyformer.Catalog;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Multi-head attention whose heads all have the same keys and values (Shazeer 2019, arXiv 1911.02150); projections have no bias.</summary>
[Formula(
    "Y = [softmax(Q_a Kᵀ / √d) V for each head a] W_o, K = X W_k, V = X W_v",
    Where = "K, V: one head for all, (batch, tokens, d); W_k, W_v: (width, d); a: head")]
[Claims(Causal = true)]
[Method("multi-query", "Multi-query attention", Family.HeadInteractions, 2019, System = "head-interactions",
    Paper = "Shazeer, Fast Transformer Decoding: One Write-Head is All You Need, arXiv 1911.02150",
    Complexity = "O(tokens²), with the keys and values of one head", Aliases = ["mqa"])]
public sealed class MultiQueryAttention : SharedHeadsAttention
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public MultiQueryAttention(TokenMixerShape shape)
        : base(shape.Width, new HeadSizes(shape.Heads, 1, shape.HeadWidth, shape.HeadWidth), BuildFunction(shape, shape.HeadWidth)) { }
}
