using Anyformer.Catalog;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Every series is cut into patches, which are the tokens of an encoder that all series share and pass one by one (Nie, Nguyen, Sinthong and
/// Kalagnanam, ICLR 2023, arXiv 2211.14730, section 3.1). The number of variates is free at run time unless weights belong to variates.
/// </summary>
[Formula(
    "Z = encoder(patches(x) W + P), y = flatten(Z) W_out",
    "each series alone, less its mean and over its deviation, and back",
    Where = "x: one series, (look-back); y: its forecast, (horizon); Z: (patches, width); W: (patch length, width); "
        + "P: learned, (patches, width); W_out: (patches · width, horizon)")]
[Method("patchtst", "PatchTST", Family.Forecasting, 2023,
    Paper = "Nie, Nguyen, Sinthong, Kalagnanam, A Time Series is Worth 64 Words: Long-term Forecasting with Transformers, ICLR 2023, arXiv 2211.14730",
    Complexity = "O((lookback / stride)²)")]
public sealed class PatchTst : Forecaster, IPretrainable
{
    private readonly PatchTstOptions _options;
    private readonly Patching _patching;
    private readonly SeriesDecomposition? _decomposition;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">Not a single patch fits the look-back, or options contradict each other.</exception>
    public PatchTst(ForecastShape shape, PatchTstOptions options)
    {
        _options = options;
        _patching = new Patching(shape.Lookback, options.PatchLength, options.Stride, options.PatchFit);
        TakesAnyVariates = !options.Individual && !(options.WindowNorm && options.AffineWindowNorm);
        Norm = !options.WindowNorm ? null : options.AffineWindowNorm
            ? new ReversibleInstanceNorm(shape.Variates, options.WindowCentre)
            : new ReversibleInstanceNorm(options.WindowCentre);
        Backbone = new PatchTstBackbone(_patching, options);
        Head = new PatchTstHead(shape, _patching, options);
        if (options.Decomposition is not { } window)
            return;
        _decomposition = new SeriesDecomposition(window);
        Trend = new PatchTst(shape, options with { Decomposition = null });
    }

    /// <inheritdoc/>
    public override bool TakesAnyVariates { get; }

    private ReversibleInstanceNorm? Norm { get; }

    private PatchTstBackbone Backbone { get; }

    private PatchTstHead Head { get; }

    /// <summary>With a split into season and trend, the model of the trend; this one is the season's then.</summary>
    private PatchTst? Trend { get; }

    /// <inheritdoc/>
    public SeriesPretraining Pretraining(double maskRatio) => Trend is null
        ? new PatchTstPretraining(_patching, Norm, Backbone, _options, maskRatio)
        : throw new UserException("Season and trend cannot be pre-trained by hiding patches; leave decomposition out.");

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        if (_decomposition is null)
            return Continue(input.Past);
        var (season, trend) = _decomposition.Split(input.Past);
        return Continue(season) + Trend!.Continue(trend);
    }

    private Tensor Continue(Tensor past)
    {
        if (Norm is null)
            return Head.Call(Backbone.Call(_patching.Cut(past))).Transpose(1, 2);
        var (normalized, statistics) = Norm.Normalize(past);
        var forecast = Head.Call(Backbone.Call(_patching.Cut(normalized))).Transpose(1, 2);
        return Norm.Denormalize(forecast, statistics);
    }
}
