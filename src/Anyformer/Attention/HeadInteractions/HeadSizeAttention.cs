using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="HeadSizeAttention"/>.</summary>
public sealed record HeadSizeAttentionOptions
{
    /// <summary>Width of a head's queries and keys: as many as there are tokens lets a head have any weights at all.</summary>
    [Description("width of a head's queries and keys"), Range(1, 65536)]
    public int KeyWidth { get; init; } = 64;

    /// <summary>Width of a head's values; null for that of the keys.</summary>
    [Description("width of a head's values; without it, that of the keys"), Range(1, 65536)]
    public int? ValueWidth { get; init; }
}

/// <summary>
/// Multi-head attention whose heads are as wide as one likes: wide ones lift the bound on the rank of their weights (Bhojanapalli et al., ICML 2020,
/// arXiv 2002.07028), narrow keys save parameters (Guo et al. 2019). Projections have no bias.
/// </summary>
[Formula(
    "Y = [softmax(Q_a K_aᵀ / √r) V_a for each head a] W_o",
    Where = "Q, K: (batch, heads, tokens, r); a: head; r: width of keys, free of width / heads")]
[Claims(Causal = true)]
[Method("head-size", "Free head size", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Bhojanapalli, Yun, Rawat, Reddi, Kumar, Low-Rank Bottleneck in Multi-head Attention Models, ICML 2020, arXiv 2002.07028",
    Complexity = "O(tokens²)")]
public sealed class HeadSizeAttention : SharedHeadsAttention
{
    /// <summary>Attention with fresh weights.</summary>
    public HeadSizeAttention(TokenMixerShape shape, HeadSizeAttentionOptions options)
        : base(shape.Width, new HeadSizes(shape.Heads, shape.Heads, options.KeyWidth, options.ValueWidth ?? options.KeyWidth),
            BuildFunction(shape, options.KeyWidth, options.ValueWidth ?? options.KeyWidth))
    {
    }
}
