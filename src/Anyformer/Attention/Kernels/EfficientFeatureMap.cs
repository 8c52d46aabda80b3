using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// A softmax over the channels of each query and one over the tokens for each channel of the keys (Shen et al., arXiv 1812.01243, section 3.2). Under
/// a causal mask, where the tokens are not known at once, the exponential of the keys: the division makes up for the rest.
/// </summary>
[Formula("φ_q(x) = softmax(x) over channels", "φ_k(x) = softmax(x) over tokens; under causal masks exp(x)")]
[Method("efficient", "Efficient attention features", Family.Kernels, 2018,
    System = "performer",
    Paper = "Shen, Zhang, Zhao, Yi, Li, Efficient Attention: Attention with Linear Complexities, WACV 2021, arXiv 1812.01243",
    Complexity = "O(tokens)")]
public sealed class EfficientFeatureMap : FeatureMap
{
    /// <summary>The map; it has no options and takes any shape.</summary>
    public EfficientFeatureMap(AttentionShape shape) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries) => queries.Softmax(-1);

    /// <inheritdoc/>
    protected override Tensor MapKeys(Tensor keys, AttentionMask? mask)
    {
        if (mask is { IsCausal: true })
            return keys.Exp();
        return (mask?.KeyRows is { } real ? keys.MaskedFill(!real, -1e30) : keys).Softmax(-2);
    }
}
