using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="LinearAttention"/>.</summary>
public sealed record LinearAttentionOptions
{
    /// <summary>The features whose products are the scores.</summary>
    [Description("feature map whose products are the scores")]
    public Part<FeatureMap> FeatureMap { get; init; } = Part<FeatureMap>.Of("elu");
}

/// <summary>
/// Attention with products of features for scores, <c>elu(q) + 1</c> and <c>elu(k) + 1</c> unless another map is named; under a causal mask it is a
/// recurrent network (Katharopoulos et al., ICML 2020, arXiv 2006.16236, section 3). Padding has no features.
/// </summary>
[Formula("y_i = φ(q_i) sum_j φ(k_j)ᵀ v_j / (φ(q_i)·sum_j φ(k_j) + ε)", "causal: sums over j ≤ i")]
[Claims(Growth = 1, Causal = true)]
[Method("linear-transformer", "Linear Transformer", Family.Kernels, 2020,
    Paper = "Katharopoulos, Vyas, Pappas, Fleuret, Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention, ICML 2020, "
        + "arXiv 2006.16236",
    Complexity = "O(tokens)")]
public sealed class LinearAttention : KernelAttention, IRecurrentAttention
{
    private readonly double _epsilon;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The feature map cannot be built for the shape.</exception>
    public LinearAttention(AttentionShape shape, LinearAttentionOptions options) : this(options.FeatureMap.Build(shape)) { }

    /// <summary>Attention with a feature map, whose weights add up to more than an epsilon.</summary>
    public LinearAttention(FeatureMap features, double epsilon = 1e-6) : base(features) => _epsilon = epsilon;

    private protected override string Name => "Linear attention";

    /// <inheritdoc/>
    /// <exception cref="UserException">The features of a key depend on other keys.</exception>
    public (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state) =>
        Advance(queries, keys, values, state);

    private protected override Tensor Divisor(Tensor queries, Tensor weights, bool isCausal) => weights + _epsilon;
}
