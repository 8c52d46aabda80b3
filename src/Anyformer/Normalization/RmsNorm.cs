using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="RmsNorm"/>.</summary>
public sealed record RmsNormOptions
{
    /// <summary>What is added to the mean square.</summary>
    [Description("what is added to the mean square, so that a vector of zeros stays finite"), Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-6;
}

/// <summary>
/// <c>x / sqrt(mean(x²) + ε) * weight</c> over the last dimension, computed in single precision at least (Zhang and Sennrich, NeurIPS 2019,
/// arXiv 1910.07467, section 4).
/// </summary>
[Formula("y = g ⊙ x / √(mean(x²) + ε)", Where = "g: learned, (width)")]
[Method("rms-norm", "RMSNorm", Family.Normalization, 2019,
    Paper = "Zhang, Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019, arXiv 1910.07467", Complexity = "O(tokens)", System = "norms", Aliases = ["rms"])]
public sealed class RmsNorm : NormalizationLayer
{
    private readonly double _epsilon;

    /// <summary>Weight 1 over vectors of <paramref name="width"/>.</summary>
    public RmsNorm(long width, double epsilon = 1e-6)
    {
        _epsilon = epsilon;
        Weight = Initialization.Constant(Parameter.Empty(width), 1);
    }

    /// <summary>A normalisation as a part of a host.</summary>
    public RmsNorm(NormalizationShape shape, RmsNormOptions options) : this(shape.Width, options.Epsilon) { }

    /// <summary>(width).</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var exact = input.DType == DType.Float64 ? input : input.To(DType.Float32);
        var normalized = exact * (exact.Square().Mean([-1], keepdim: true) + _epsilon).Rsqrt();
        return normalized.To(Weight.DType) * Weight;
    }
}
