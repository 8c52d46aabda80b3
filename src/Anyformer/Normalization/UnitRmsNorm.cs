using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>
/// <c>x / |x| * sqrt(width) * weight</c>: RMSNorm with the length kept from 0 instead of the mean square (x-transformers). A vector of zeros stays so.
/// </summary>
[Formula("y = g ⊙ √D x / |x|", Where = "g: learned, (width)")]
[Method("rms-norm-l2", "RMSNorm by length", Family.Normalization, 2019,
    Paper = "Zhang, Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019, arXiv 1910.07467; in the form of x-transformers",
    Complexity = "O(tokens)", System = "norms")]
public sealed class UnitRmsNorm(long width) : NormalizationLayer
{
    /// <summary>A normalisation as a part of a host.</summary>
    public UnitRmsNorm(NormalizationShape shape) : this(shape.Width) { }

    /// <summary>(width).</summary>
    public Parameter Weight { get; } = Initialization.Constant(Parameter.Empty(width), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => SimpleRmsNorm.Normalize(input) * Weight;
}
