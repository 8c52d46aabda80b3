using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="RootRmsNorm"/>.</summary>
public sealed record RootRmsNormOptions
{
    /// <summary>What is added to the root.</summary>
    [Description("what is added to the root of the mean square"), Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>
/// <c>x / (sqrt(mean(x²)) + ε) * weight</c>: RMSNorm in the form of its authors' code, with ε outside the root (Zhang and Sennrich, NeurIPS 2019,
/// arXiv 1910.07467; github.com/bzhangGo/rmsnorm).
/// </summary>
[Formula("y = g ⊙ x / (√mean(x²) + ε)", Where = "g: learned, (width)")]
[Method("rms-norm-root", "RMSNorm, ε outside the root", Family.Normalization, 2019, System = "simplified-blocks",
    Paper = "Zhang, Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019, arXiv 1910.07467", Complexity = "O(tokens)")]
public sealed class RootRmsNorm(long width, double epsilon = 1e-8) : NormalizationLayer
{
    /// <summary>A normalisation as a part of a host.</summary>
    public RootRmsNorm(NormalizationShape shape, RootRmsNormOptions options) : this(shape.Width, options.Epsilon) { }

    /// <summary>(width).</summary>
    public Parameter Weight { get; } = Initialization.Constant(Parameter.Empty(width), 1);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input / (input.Norm(2, [-1], keepdim: true) * (1 / Math.Sqrt(input.Size(-1))) + epsilon) * Weight;
}
