using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="LayerNorm"/>.</summary>
public sealed record LayerNormOptions
{
    /// <summary>What is added to the variance.</summary>
    [Description("what is added to the variance, so that a constant vector stays finite"), Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>
/// <c>(x - mean) / sqrt(variance + ε) * weight + bias</c> over the last dimension, with the biased variance (Ba, Kiros and Hinton 2016, arXiv 1607.06450).
/// </summary>
[Formula("y = g ⊙ (x - mean(x)) / √(var(x) + ε) + b", Where = "g, b: learned, (width)")]
[Method("layer-norm", "LayerNorm", Family.Normalization, 2016,
    Paper = "Ba, Kiros, Hinton, Layer Normalization, 2016, arXiv 1607.06450", Complexity = "O(tokens)", System = "norms", Aliases = ["layer"])]
public sealed class LayerNorm : NormalizationLayer
{
    private readonly long[] _shape;
    private readonly double _epsilon;

    /// <summary>Weight 1 and bias 0 over vectors of <paramref name="width"/>.</summary>
    public LayerNorm(long width, double epsilon = 1e-5)
    {
        (_shape, _epsilon) = ([width], epsilon);
        Weight = Initialization.Constant(Parameter.Empty(width), 1);
        Bias = Initialization.Constant(Parameter.Empty(width), 0);
    }

    /// <summary>A normalisation as a part of a host.</summary>
    public LayerNorm(NormalizationShape shape, LayerNormOptions options) : this(shape.Width, options.Epsilon) { }

    /// <summary>(width).</summary>
    public Parameter Weight { get; }

    /// <summary>(width).</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        // Under autocast, what comes out of a matrix product is narrower than the weights, and libtorch wants both of one type.
        Functional.LayerNorm(input.To(Weight.DType), _shape, Weight, Bias, _epsilon);
}
