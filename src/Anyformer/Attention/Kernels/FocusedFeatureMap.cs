using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="FocusedFeatureMap"/>.</summary>
public sealed record FocusedFeatureMapOptions
{
    /// <summary>The power that draws features to the axes next to them.</summary>
    [Description("power that draws features to the axes next to them"), Range(0, 64, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 3;
}

/// <summary>
/// Features that are raised to a power and brought back to the length they had, so that similar queries and keys come closer and others part:
/// <c>f(u) = ||u|| u^p / ||u^p||</c> with <c>u = (relu(x) + 1e-6) / softplus(s)</c>. Powers and lengths are those of a token's vector over all
/// heads (Han et al., ICCV 2023, arXiv 2308.00442, section 3.2; the learned scale <c>s</c> of each channel is in the authors' code alone).
/// </summary>
[Formula(
    "φ(x) = |u| u^r / |u^r|, u = (relu(x) + 1e-6) / softplus(s), lengths those of all heads together",
    Where = "u: (heads · d); r: power, an option; s: learned, (heads · d)")]
[Method("focused", "Focused features", Family.Kernels, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(tokens)")]
public sealed class FocusedFeatureMap : FeatureMap
{
    private const double Epsilon = 1e-6;

    private readonly double _factor;
    private readonly long[] _scaleShape;

    /// <summary>A map as a part of a host.</summary>
    public FocusedFeatureMap(AttentionShape shape, FocusedFeatureMapOptions options)
    {
        _factor = options.Factor;
        _scaleShape = [shape.Heads, 1, shape.HeadWidth];
        Scale = Initialization.Constant(Parameter.Empty(shape.Heads * shape.HeadWidth), 0);
    }

    /// <summary>(heads x head width).</summary>
    private Parameter Scale { get; }

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries)
    {
        var scaled = (queries.InFull().Relu() + Epsilon) / Scale.Softplus().View(_scaleShape);
        var focused = scaled.Pow(_factor);
        return focused * (Length(scaled) / Length(focused));
    }

    private static Tensor Length(Tensor heads) => heads.LinalgVectorNorm(2, [1, 3], keepdim: true);
}
