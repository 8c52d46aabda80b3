using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="Performer"/>.</summary>
public sealed record PerformerOptions
{
    /// <summary>The features whose products are the scores.</summary>
    [Description("feature map whose products are the scores: favor approximates a softmax, favor-generalized does without")]
    public Part<FeatureMap> FeatureMap { get; init; } = Part<FeatureMap>.Of("favor-generalized");
}

/// <summary>
/// Attention with products of random orthogonal features for scores: FAVOR+ (Choromanski et al., ICLR 2021, arXiv 2009.14794). The features are
/// those of the generalized attention with a ReLU, the paper's best, or with <c>feature-map: favor</c> those that approximate a softmax.
/// </summary>
[Formula(
    "y_i = φ(q_i) sum_j φ(k_j)ᵀ v_j / φ(q_i)·sum_j φ(k_j)",
    "causal: sums over j ≤ i, with ε added to each sum of keys; φ of favor-generalized or favor")]
[Claims(Growth = 1, Causal = true, Leaks = Leaks.Padding,
    Caveat = "Padded keys have a value of zero but keep their share of the weights, as in the reference code; "
        + "linear-transformer with the same feature map leaves them out.")]
[Method("performer", "Performer", Family.Kernels, 2021,
    Paper = "Choromanski, Likhosherstov, Dohan et al., Rethinking Attention with Performers, ICLR 2021, arXiv 2009.14794",
    Complexity = "O(tokens)")]
public sealed class Performer : KernelAttention, IRecurrentAttention
{
    private const double Epsilon = 1e-6;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The feature map cannot be built for the shape.</exception>
    public Performer(AttentionShape shape, PerformerOptions options) : this(options.FeatureMap.Build(shape)) { }

    /// <summary>Attention with a feature map.</summary>
    public Performer(FeatureMap features) : base(features) { }

    private protected override string Name => "Performer";

    private protected override bool WeighsPadding => true;

    /// <inheritdoc/>
    /// <exception cref="UserException">The features of a key depend on other keys.</exception>
    public (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state) =>
        Advance(queries, keys, values, state);

    private protected override Tensor Divisor(Tensor queries, Tensor weights, bool isCausal) =>
        isCausal ? weights + queries.Sum([-1], keepdim: true) * Epsilon : weights;
}
