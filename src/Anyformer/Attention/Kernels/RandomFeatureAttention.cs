using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="RandomFeatureAttention"/>.</summary>
public sealed record RandomFeatureAttentionOptions
{
    /// <summary>The features whose products are the scores.</summary>
    [Description("feature map whose products are the scores")]
    public Part<FeatureMap> FeatureMap { get; init; } = Part<FeatureMap>.Of("random-fourier");

    /// <summary>Whether the weights of a query are divided by their sum as long as it is not below 1e-3, instead of 1.</summary>
    [Description("divide weights by their sum down to 1e-3, instead of down to 1")]
    public bool Normalize { get; init; }
}

/// <summary>
/// Attention with products of random Fourier features for scores; under a causal mask it is a recurrent network (Peng et al., ICLR 2021,
/// arXiv 2103.02143, section 3.1). Features are small, and sums of weights below one count as one: with few keys it says little.
/// </summary>
[Formula(
    "y_i = φ(q_i) sum_j φ(k_j)ᵀ v_j / max(|φ(q_i)·sum_j φ(k_j)|, m)",
    "causal: sums over j ≤ i, φ of random-fourier",
    Where = "m: 1, or 1e-3 with normalize")]
[Claims(Growth = 1, Causal = true)]
[Method("random-feature-attention", "Random Feature Attention", Family.Kernels, 2021,
    Paper = "Peng, Pappas, Yogatama, Schwartz, Smith, Kong, Random Feature Attention, ICLR 2021, arXiv 2103.02143",
    Complexity = "O(tokens)")]
public sealed class RandomFeatureAttention : KernelAttention, IRecurrentAttention
{
    private const double NormalizedFloor = 1e-3, Floor = 1;

    private readonly bool _normalize;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The feature map cannot be built for the shape.</exception>
    public RandomFeatureAttention(AttentionShape shape, RandomFeatureAttentionOptions options) : base(options.FeatureMap.Build(shape)) =>
        _normalize = options.Normalize;

    private protected override string Name => "Random feature attention";

    /// <inheritdoc/>
    /// <exception cref="UserException">The features of a key depend on other keys.</exception>
    public (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state) =>
        Advance(queries, keys, values, state);

    /// <inheritdoc/>
    /// <remarks>Products of sines can be negative; the authors' recurrent form lets their sum be cut too, the others take its magnitude.</remarks>
    private protected override Tensor Divisor(Tensor queries, Tensor weights, bool isCausal) =>
        _normalize ? weights.Abs().ClampMin(NormalizedFloor) : (isCausal ? weights : weights.Abs()).ClampMin(Floor);
}
