using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="RandomFourierFeatureMap"/>.</summary>
public sealed record RandomFourierFeatureMapOptions
{
    /// <summary>Random directions of a head; each gives a sine and a cosine.</summary>
    [Description("random directions of a head, each a sine and a cosine"), Range(1, 1 << 20)]
    public int Directions { get; init; } = 64;

    /// <summary>What directions are divided by: the larger, the more alike are all keys to a query.</summary>
    [Description("temperature: the larger, the more alike are all keys to a query"), Range(1e-6, 1e6)]
    public double Temperature { get; init; } = 1;

    /// <summary>Whether directions are multiplied by a learned scale for each channel of a head.</summary>
    [Description("a learned scale for each channel of a head")]
    public bool LearnedScale { get; init; } = true;
}

/// <summary>
/// Sines and cosines of a token of length one along random directions, times 0.1: their products approximate a Gaussian kernel and so, of tokens
/// of one length, the scores of a softmax (Peng et al., ICLR 2021, arXiv 2103.02143, section 3.1).
/// </summary>
/// <remarks>
/// Every head draws Gaussian directions for each call in training, where the authors draw from 500 that they keep; in evaluation it has directions of
/// its own that stay.
/// </remarks>
[Formula(
    "φ(x) = 0.1 [sin(W u), cos(W u)], u = x / (|x| + 1e-3)",
    Where = "W: normal directions over the temperature, times a learned scale of each channel, (heads, directions, d); u: (d)")]
[Method("random-fourier", "Random Fourier features", Family.Kernels, 2021,
    System = "random-feature-attention",
    Paper = "Peng, Pappas, Yogatama, Schwartz, Smith, Kong, Random Feature Attention, ICLR 2021, arXiv 2103.02143",
    Complexity = "O(tokens)")]
public sealed class RandomFourierFeatureMap : FeatureMap
{
    private const double Amplitude = 0.1, Epsilon = 1e-3;

    private readonly double _temperature;
    private Tensor? _drawn;

    /// <summary>The map of a number of heads.</summary>
    public RandomFourierFeatureMap(AttentionShape shape, RandomFourierFeatureMapOptions options)
    {
        using var scope = new TensorScope();
        _temperature = options.Temperature;
        Directions = Functional.Randn([shape.Heads, options.Directions, shape.HeadWidth]).OutliveScopes();
        Scale = options.LearnedScale ? Initialization.Constant(Parameter.Empty(shape.Heads, 1, shape.HeadWidth), 1) : null;
    }

    /// <summary>The directions of evaluation, (heads, directions, head width).</summary>
    [Buffer]
    private Tensor Directions { get; }

    /// <summary>(heads, 1, head width).</summary>
    private Parameter? Scale { get; }

    /// <inheritdoc/>
    protected override void Prepare() => _drawn = IsTraining ? RandomDraws.Normal(Directions.Shape, Directions) : null;

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries)
    {
        var directions = (_drawn ?? Directions) / _temperature;
        if (Scale is not null)
            directions = directions * Scale;
        var units = queries / (queries.LinalgVectorNorm(2, [-1], keepdim: true) + Epsilon);
        var angles = units.MatMul(directions.Transpose(-2, -1));
        return Functional.Cat([angles.Sin(), angles.Cos()], -1) * Amplitude;
    }
}
