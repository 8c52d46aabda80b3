using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Options of <see cref="SimpleLayerNorm"/>.</summary>
public sealed record SimpleLayerNormOptions
{
    /// <summary>Whether mean and deviation are constants to the backward pass.</summary>
    [Description("mean and deviation are constants to the backward pass")]
    public bool DetachStatistics { get; init; }
}

/// <summary>
/// <c>(x - mean) / (deviation + ε)</c> without weights, with the unbiased deviation (Xu et al., NeurIPS 2019, arXiv 1911.07013, section 3: LayerNorm-simple
/// and, with constant statistics, DetachNorm).
/// </summary>
[Formula("y = (x - mean(x)) / (std(x) + ε)")]
[Method("simple-layer-norm", "LayerNorm-simple", Family.Normalization, 2019,
    Paper = "Xu, Sun, Zhang, Zhao, Lin, Understanding and Improving Layer Normalization, NeurIPS 2019, arXiv 1911.07013",
    Complexity = "O(tokens)", System = "norms")]
public sealed class SimpleLayerNorm(bool detachMean = false, bool detachDeviation = false, double scale = 1, double epsilon = 1e-5) : NormalizationLayer
{
    private readonly bool _detachMean = detachMean;
    private readonly bool _detachDeviation = detachDeviation;
    private readonly double _scale = scale;
    private readonly double _epsilon = epsilon;

    /// <summary>A normalisation as a part of a host, of any width.</summary>
    public SimpleLayerNorm(NormalizationShape shape, SimpleLayerNormOptions options) : this(options.DetachStatistics, options.DetachStatistics) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var (mean, deviation) = (input.Mean([-1], keepdim: true), input.Std([-1], correction: 1, keepdim: true));
        if (_detachMean)
            mean = mean.Detach();
        if (_detachDeviation)
            deviation = deviation.Detach();
        return (input - mean) / (deviation + _epsilon) * _scale;
    }
}
