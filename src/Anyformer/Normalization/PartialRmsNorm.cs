using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="PartialRmsNorm"/>.</summary>
public sealed record PartialRmsNormOptions
{
    /// <summary>The share of the channels that the scale is estimated from.</summary>
    [Description("share of the channels that the scale is estimated from"), Range(0.0, 1.0)]
    public double Share { get; init; } = 0.0625;
}

/// <summary>
/// <c>x / (rms(first channels) + ε) * weight</c>: the root mean square estimated from a share of the channels (Zhang and Sennrich, NeurIPS 2019,
/// arXiv 1910.07467, section 4.1, pRMSNorm). At least one channel counts.
/// </summary>
[Formula("y = g ⊙ x / (√(mean(x_1² ... x_k²)) + ε)", Where = "g: learned, (width); k: channels that count")]
[Method("partial-rms-norm", "pRMSNorm", Family.Normalization, 2019,
    Paper = "Zhang, Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019, arXiv 1910.07467", Complexity = "O(tokens)", System = "norms")]
public sealed class PartialRmsNorm : NormalizationLayer
{
    private readonly long _counted;
    private readonly double _epsilon;

    /// <summary>Weight 1 over vectors of <paramref name="width"/>.</summary>
    public PartialRmsNorm(long width, double share, double epsilon = 1e-8)
    {
        (_counted, _epsilon) = (Math.Max((long)(width * share), 1), epsilon);
        Weight = Initialization.Constant(Parameter.Empty(width), 1);
    }

    /// <summary>A normalisation as a part of a host.</summary>
    public PartialRmsNorm(NormalizationShape shape, PartialRmsNormOptions options) : this(shape.Width, options.Share) { }

    /// <summary>(width).</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var rms = input.Narrow(-1, 0, _counted).Norm(2, [-1], keepdim: true) / Math.Sqrt(_counted);
        return Weight * (input / (rms + _epsilon));
    }
}
