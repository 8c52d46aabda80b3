using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>
/// <c>x / |x| * scale</c> with one learned scale, at first the root of the width (Nguyen and Salazar 2019, arXiv 1910.05895, section 2.3). A vector
/// of zeros stays so.
/// </summary>
[Formula("y = s x / max(|x|, ε)", Where = "s: learned, one number")]
[Method("scale-norm", "ScaleNorm", Family.Normalization, 2019,
    Paper = "Nguyen, Salazar, Transformers without Tears: Improving the Normalization of Self-Attention, IWSLT 2019, arXiv 1910.05895",
    Complexity = "O(tokens)", System = "norms", Aliases = ["scale"])]
public sealed class ScaleNorm : NormalizationLayer
{
    private readonly double _epsilon;

    /// <summary>A scale that starts at <paramref name="initial"/>; lengths below <paramref name="epsilon"/> count as that.</summary>
    public ScaleNorm(double initial, double epsilon = 1e-5)
    {
        _epsilon = epsilon;
        Scale = Initialization.Constant(Parameter.Empty(), initial);
    }

    /// <summary>A normalisation as a part of a host.</summary>
    public ScaleNorm(NormalizationShape shape) : this(Math.Sqrt(shape.Width)) { }

    /// <summary>One number.</summary>
    public Parameter Scale { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input * (Scale / input.Norm(2, [-1], keepdim: true).ClampMin(_epsilon));
}
