using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary><c>x / |x| * sqrt(width)</c>: RMSNorm without weights (Qin et al. 2023, arXiv 2307.14995). A vector of zeros stays so.</summary>
[Formula("y = √D x / |x|")]
[Method("simple-rms-norm", "Simple RMSNorm", Family.Normalization, 2023,
    Paper = "Qin et al., TransNormerLLM: A Faster and Better Large Language Model with Improved TransNormer, 2023, arXiv 2307.14995",
    Complexity = "O(tokens)", System = "norms")]
public sealed class SimpleRmsNorm : NormalizationLayer
{
    /// <summary>A normalisation; it needs no sizes.</summary>
    public SimpleRmsNorm() { }

    /// <summary>A normalisation as a part of a host.</summary>
    public SimpleRmsNorm(NormalizationShape shape) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Normalize(input);

    /// <summary>The vectors of the last dimension at a length of the root of their width.</summary>
    internal static Tensor Normalize(Tensor input) => input / input.Norm(2, [-1], keepdim: true).ClampMin(1e-12) * Math.Sqrt(input.Size(-1));
}
