using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>
/// Scores less a learned square of the distance, <c>|w (i - j)² + b|</c>: neighbours matter more (Guo, Zhang, Liu, AAAI 2019, Gaussian Transformer).
/// The paper wants w above and b not above 0; training starts there.
/// </summary>
[Formula("S'_ij = S_ij - |w (i - j)² + b|", Where = "S': (batch, heads, queries, keys); w, b: learned, one number each")]
[Method("gaussian-transformer", "Gaussian prior (Gaussian Transformer)", Family.Priors, 2019, System = "priors",
    Paper = "Guo, Zhang, Liu, Gaussian Transformer: A Lightweight Approach for Natural Language Inference, AAAI 2019", Complexity = "O(tokens²)")]
public sealed class GaussianPrior : ScoreModifier
{
    /// <summary>A prior that starts flat.</summary>
    public GaussianPrior(AttentionShape shape) : this() => _ = shape;

    internal GaussianPrior()
    {
        Slope = Initialization.Constant(Parameter.Empty(), 0.1);
        Offset = Initialization.Constant(Parameter.Empty(), -0.05);
    }

    private Parameter Slope { get; }

    private Parameter Offset { get; }

    /// <inheritdoc/>
    protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) =>
        scores - (Distances.Of(scores).Square() * Slope + Offset).Abs();
}
