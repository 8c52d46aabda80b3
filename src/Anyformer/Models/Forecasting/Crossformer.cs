using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="Crossformer"/>; the defaults are the published size for ETTh1, horizons 24 and 48.</summary>
public sealed record CrossformerOptions
{
    /// <summary>The published sizes, by data set and horizon where they differ by it, and a small one for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, CrossformerOptions> Presets { get; } = new Dictionary<string, CrossformerOptions>
    {
        ["small"] = new() { SegmentLength = 24, Routers = 5, Width = 32, FeedForwardWidth = 64, Layers = 2 },
        ["etth1"] = new(),
        ["etth1-long"] = new() { SegmentLength = 24 },
        ["ettm1"] = new() { SegmentLength = 12 },
        ["ettm1-48"] = new(),
        ["ettm1-288"] = new() { SegmentLength = 24 },
        ["weather"] = new(),
        ["weather-48"] = new() { SegmentLength = 12 },
        ["weather-long"] = new() { SegmentLength = 24 },
        ["electricity"] = new() { Width = 64, FeedForwardWidth = 128, Heads = 2 },
        ["electricity-168"] = new() { SegmentLength = 12, Width = 64, FeedForwardWidth = 128, Heads = 2 },
        ["electricity-long"] = new() { SegmentLength = 24, Width = 64, FeedForwardWidth = 128, Heads = 2 },
        ["traffic"] = new() { SegmentLength = 12, Width = 64, FeedForwardWidth = 128, Heads = 2 },
        ["traffic-long"] = new() { SegmentLength = 24, Width = 64, FeedForwardWidth = 128, Heads = 2 },
        ["ili"] = new() { Layers = 2, Dropout = 0.6 },
    };

    /// <summary>Steps of a segment. A lookback that is no multiple of it is filled with its first step, a horizon is cut.</summary>
    [Description("steps of a segment"), Range(1, 1 << 20)]
    public int SegmentLength { get; init; } = 6;

    /// <summary>Segments that are merged to one from scale to scale.</summary>
    [Description("segments that are merged to one from scale to scale"), Range(1, 1024)]
    public int Window { get; init; } = 2;

    /// <summary>Learned routers of every segment, through which the variates see each other.</summary>
    [Description("learned routers of every segment, through which the variates see each other"), Range(1, 65536)]
    public int Routers { get; init; } = 10;

    /// <summary>Width of a segment's token.</summary>
    [Description("width of a segment's token"), Range(1, 65536)]
    public int Width { get; init; } = 256;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>Scales of the encoder; the decoder has one layer more.</summary>
    [Description("scales of the encoder; the decoder has one layer more"), Range(1, 100)]
    public int Layers { get; init; } = 3;

    /// <summary>Hidden width of the feed-forward parts of the two-stage attention.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 512;

    /// <summary>Probability of dropout.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.2;

    /// <summary>How the segments of a variate see each other.</summary>
    [Description("attention function that mixes the segments of a variate")]
    public Part<AttentionFunction> Attention { get; init; } = Part<AttentionFunction>.Of("softmax");

    /// <summary>Whether the forecast is the difference from the mean of the history.</summary>
    [Description("forecast the difference from the mean of the history")]
    public bool MeanBaseline { get; init; }
}

/// <summary>
/// Crossformer: segments of every variate are tokens; an encoder attends along segments and across variates, on a hierarchy of scales, and a
/// decoder forecasts from each scale and adds up (Zhang and Yan, ICLR 2023, section 3). Takes no calendar.
/// </summary>
[Formula(
    "H_0 = norm(segments(X) W + P), H_l = two-stage(merge(H_(l-1)))",
    "Z_l = decoder_l(Z_(l-1), H_l), Y = sum_l Z_l W_l",
    Where = "H: segments of the history on a scale, (variates, batch, segments, width); W: (segment length, width); "
        + "P: learned, (variates, segments, width); Z: segments of the horizon; W_l: (width, segment length)")]
[Method("crossformer", "Crossformer", Family.Forecasting, 2023,
    Paper = "Zhang, Yan, Crossformer: Transformer Utilizing Cross-Dimension Dependency for Multivariate Time Series Forecasting, ICLR 2023",
    Complexity = "O(variates · (lookback / segment)² + routers · variates · lookback / segment)")]
public sealed class Crossformer : Forecaster
{
    private readonly ForecastShape _shape;
    private readonly int _segmentLength;
    private readonly bool _meanBaseline;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public Crossformer(ForecastShape shape, CrossformerOptions options)
    {
        (_shape, _segmentLength, _meanBaseline) = (shape, options.SegmentLength, options.MeanBaseline);
        var (history, horizon) = (Segments(shape.Lookback, options.SegmentLength), Segments(shape.Horizon, options.SegmentLength));
        Embedding = new Linear(options.SegmentLength, options.Width);
        HistoryPositions = Initialization.Normal(Parameter.Empty(shape.Variates, history, options.Width));
        Norm = new LayerNorm(options.Width);
        Scales = new ModuleList<CrossformerScale>(EncoderScales(history, shape, options));
        HorizonPositions = Initialization.Normal(Parameter.Empty(shape.Variates, horizon, options.Width));
        Decoder = ModuleList<CrossformerDecoderLayer>.Of(options.Layers + 1, _ => new CrossformerDecoderLayer(
            Attention(horizon, shape, options), options.Width, options.Heads, options.SegmentLength, options.Dropout));
    }

    private Linear Embedding { get; }

    /// <summary>(variates, segments of the history, width).</summary>
    private Parameter HistoryPositions { get; }

    private LayerNorm Norm { get; }

    private ModuleList<CrossformerScale> Scales { get; }

    /// <summary>(variates, segments of the horizon, width).</summary>
    private Parameter HorizonPositions { get; }

    private ModuleList<CrossformerDecoderLayer> Decoder { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        var past = input.Past;
        if (past.Size(1) != _shape.Lookback || past.Size(2) != _shape.Variates)
            throw new UserException($"Crossformer was built for {_shape.Lookback} steps of {_shape.Variates} variates, "
                + $"found {past.Size(1)} steps of {past.Size(2)}.");
        var forecast = Decode(Encode(past), past.Size(0))[.., .._shape.Horizon];
        return _meanBaseline ? forecast + past.Mean([1], keepdim: true) : forecast;
    }

    /// <summary>The segments of the history on every scale, the embedding first: each (variates, batch, segments, width).</summary>
    private List<Tensor> Encode(Tensor past)
    {
        var (batch, variates) = (past.Size(0), past.Size(2));
        var tokens = Embedding.Call(Split(past));
        var scales = new List<Tensor> { Norm.Call(tokens.View([variates, batch, -1, tokens.Size(2)]) + HistoryPositions.Unsqueeze(1)) };
        foreach (var scale in Scales)
            scales.Add(scale.Call(scales[^1]));
        return scales;
    }

    /// <summary>The forecasts of all scales added up, (batch, segments · segment length, variates).</summary>
    private Tensor Decode(List<Tensor> scales, long batch)
    {
        var grid = HorizonPositions.Unsqueeze(1).Expand([-1, batch, -1, -1]);
        Tensor? sum = null;
        foreach (var (layer, scale) in Decoder.Zip(scales))
        {
            (grid, var forecast) = layer.Call(grid, scale);
            sum = sum is null ? forecast : sum + forecast;
        }

        return sum!.Reshape([_shape.Variates, batch, -1]).Permute([1, 2, 0]);
    }

    /// <summary>(batch, lookback, variates) to (variates · batch, segments, segment length), the first step repeated in front of an odd lookback.</summary>
    private Tensor Split(Tensor past)
    {
        var missing = Segments(_shape.Lookback, _segmentLength) * _segmentLength - _shape.Lookback;
        if (missing > 0)
            past = Functional.Cat([past[.., ..1].Expand([-1, missing, -1]), past], 1);
        return past.Permute([2, 0, 1]).Reshape([past.Size(0) * past.Size(2), -1, _segmentLength]);
    }

    private static IEnumerable<CrossformerScale> EncoderScales(int segments, ForecastShape shape, CrossformerOptions options)
    {
        for (var scale = 0; scale < options.Layers; scale++)
        {
            var merges = scale > 0 && options.Window > 1;
            segments = merges ? Segments(segments, options.Window) : segments;
            yield return new CrossformerScale(merges ? new SegmentMerging(options.Window, options.Width) : null, Attention(segments, shape, options));
        }
    }

    private static TwoStageAttention Attention(int segments, ForecastShape shape, CrossformerOptions options) => new(
        new TokenMixerShape(shape.Variates * segments, options.Width, options.Heads, options.Dropout),
        new TwoStageAttentionOptions
        {
            Segments = segments,
            Routers = options.Routers,
            FeedForwardWidth = options.FeedForwardWidth,
            Attention = options.Attention,
        });

    /// <summary>Segments that cover so many steps.</summary>
    private static int Segments(int steps, int length) => (steps - 1) / length + 1;
}
