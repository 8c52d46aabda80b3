using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="GeneralizedFeatureMap"/>.</summary>
public sealed record GeneralizedFeatureMapOptions : ProjectedFeatureMapOptions
{
    /// <summary>What is done to a projected token, by the names of <see cref="Activations"/>.</summary>
    [Description("function of a projected token: relu, gelu, gelu-tanh, silu, tanh, sigmoid, identity")]
    public string Activation { get; init; } = "relu";
}

/// <summary>
/// <c>f(w·x) + 1e-3</c> for x divided by the fourth root of the head width and random orthogonal w: with f = ReLU the features that did best in the
/// paper (generalized attention, Choromanski et al., ICLR 2021, arXiv 2009.14794, section 2.2).
/// </summary>
[Formula("φ(x) = act(W x / d^(1/4)) + 1e-3", Where = "W: random orthogonal directions, (features, d)")]
[Method("favor-generalized", "FAVOR+ generalized features", Family.Kernels, 2021,
    System = "performer",
    Paper = "Choromanski, Likhosherstov, Dohan et al., Rethinking Attention with Performers, ICLR 2021, arXiv 2009.14794",
    Complexity = "O(tokens)")]
public sealed class GeneralizedFeatureMap(AttentionShape shape, GeneralizedFeatureMapOptions options) : ProjectedFeatureMap(shape, options)
{
    private const double Floor = 1e-3;

    private readonly Activation _activation = Activations.Named(options.Activation);

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries) => _activation(Project(queries)) + Floor;
}
