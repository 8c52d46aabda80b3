using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="AdaNorm"/>.</summary>
public sealed record AdaNormOptions
{
    /// <summary>What the result is multiplied by.</summary>
    [Description("what the result is multiplied by; 0.3 to 2 in the paper"), Range(1e-6, 1e6)]
    public double Scale { get; init; } = 1;
}

/// <summary>
/// Layer normalisation without weights, whose result is scaled the less the larger it is: <c>scale (1 - k) * (x - mean) / (deviation + ε)</c> with
/// <c>k</c> a tenth of the normalised value, a constant to the backward pass (Xu et al., NeurIPS 2019, arXiv 1911.07013, section 4).
/// </summary>
[Formula("z = (x - mean(x)) / (std(x) + ε), y = s (1 - 0.1 z) ⊙ z, 0.1 z constant to the backward pass", Where = "z: (width); s: scale, an option")]
[Method("ada-norm", "AdaNorm", Family.Normalization, 2019,
    Paper = "Xu, Sun, Zhang, Zhao, Lin, Understanding and Improving Layer Normalization, NeurIPS 2019, arXiv 1911.07013",
    Complexity = "O(tokens)", System = "norms", Aliases = ["ada"])]
public sealed class AdaNorm(double scale = 1, double damping = 0.1, double epsilon = 1e-5) : NormalizationLayer
{
    private readonly double _scale = scale;
    private readonly double _damping = damping;
    private readonly double _epsilon = epsilon;

    /// <summary>A normalisation as a part of a host, of any width.</summary>
    public AdaNorm(NormalizationShape shape, AdaNormOptions options) : this(options.Scale) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var deviation = input.Std([-1], correction: 1, keepdim: true) + _epsilon;
        var centred = input - input.Mean([-1], keepdim: true);
        var damped = ((centred - centred.Mean([-1], keepdim: true)) / deviation * _damping).Detach();
        return (centred - centred * damped) / deviation * _scale;
    }
}
