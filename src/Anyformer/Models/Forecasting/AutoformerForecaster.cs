using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Splits series into season and trend in every block, relates seasons by their lags, and adds up the trends on the way to the forecast
/// (Wu et al., NeurIPS 2021, arXiv 2106.13008, section 3). The order of steps is known from the lags and the calendar alone.
/// </summary>
[Formula(
    "[S, M] = decompose(X), every block: [Z, M_1] = decompose(Z + auto-correlation(Z)), [Z, M_2] = decompose(Z + mlp(Z))",
    "Y = W norm(Z) + sum of the trends M, Z begins as S followed by zeros, M as the trend followed by the mean",
    Where = "S: season, (batch, steps, variates); M: trend, (batch, steps, variates); Z: (batch, steps, width); W: (variates, width)")]
[Method("autoformer-ts", "Autoformer (time series)", Family.Forecasting, 2021,
    Paper = "Wu, Xu, Wang, Long, Autoformer: Decomposition Transformers with Auto-Correlation for Long-Term Series Forecasting, "
        + "NeurIPS 2021, arXiv 2106.13008",
    Complexity = "O((lookback + horizon) · log (lookback + horizon))")]
public sealed class AutoformerForecaster : Forecaster
{
    private readonly ForecastShape _shape;
    private readonly SeriesDecomposition _decomposition;

    /// <summary>A model with fresh weights.</summary>
    public AutoformerForecaster(ForecastShape shape, AutoformerOptions options)
    {
        if (shape.LabelLength > shape.Lookback)
            throw new UserException($"The label length must not exceed the lookback of {shape.Lookback} steps, found {shape.LabelLength}.");
        _shape = shape;
        _decomposition = new SeriesDecomposition(options.MovingAverage);
        EncoderEmbedding = Embedding(shape, options);
        DecoderEmbedding = Embedding(shape, options);
        EncoderBlocks = ModuleList<EncoderBlock>.Of(options.EncoderLayers, _ => Encoder(options));
        EncoderNorm = new SeasonNorm(options.Width);
        DecoderBlocks = ModuleList<DecompositionDecoderBlock>.Of(options.DecoderLayers, _ => Decoder(shape, options));
        DecoderNorm = new SeasonNorm(options.Width);
        Head = new Linear(options.Width, shape.Variates);
    }

    /// <inheritdoc/>
    public override bool ReadsFutureMarks => true;

    private StepEmbedding EncoderEmbedding { get; }

    private StepEmbedding DecoderEmbedding { get; }

    private ModuleList<EncoderBlock> EncoderBlocks { get; }

    private SeasonNorm EncoderNorm { get; }

    private ModuleList<DecompositionDecoderBlock> DecoderBlocks { get; }

    private SeasonNorm DecoderNorm { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        var context = EncoderEmbedding.Call(input.Past, input.PastMarks);
        foreach (var block in EncoderBlocks)
            context = block.Call(context);
        context = EncoderNorm.Call(context);

        var (season, trend) = Start(input.Past);
        var tokens = DecoderEmbedding.Call(season, input.FutureMarks);
        foreach (var block in DecoderBlocks)
        {
            (tokens, var residual) = block.Call(tokens, context);
            trend += residual;
        }

        return (trend + Head.Call(DecoderNorm.Call(tokens)))[.., ^_shape.Horizon..];
    }

    /// <summary>The season of the label steps followed by zeros, and their trend followed by the mean of the history.</summary>
    /// <returns>Both (batch, label + horizon, variates).</returns>
    private (Tensor Season, Tensor Trend) Start(Tensor past)
    {
        var (season, trend) = _decomposition.Split(past);
        TensorIndex label = (_shape.Lookback - _shape.LabelLength)..;
        var mean = past.Mean([1], keepdim: true).Expand([-1, _shape.Horizon, -1]);
        return (Functional.Cat([season[.., label], mean.ZerosLike()], 1), Functional.Cat([trend[.., label], mean], 1));
    }

    private static StepEmbedding Embedding(ForecastShape shape, AutoformerOptions options) => new(
        shape.Variates, options.Width, CalendarEmbedding.For(shape, options.Calendar, options.Width), options.Dropout, positions: false);

    private static EncoderBlock Encoder(AutoformerOptions options) => new(
        Attention(options), new SeasonWiring(options.MovingAverage, options.Dropout),
        FeedForward(options), new SeasonWiring(options.MovingAverage, options.Dropout));

    private static DecompositionDecoderBlock Decoder(ForecastShape shape, AutoformerOptions options) => new(
        Attention(options), Attention(options), FeedForward(options), new CircularConv1d(options.Width, shape.Variates, bias: false),
        options.MovingAverage, options.Dropout);

    private static MultiHeadAttention Attention(AutoformerOptions options) =>
        new(options.Width, options.Heads, options.Attention, options.Dropout);

    private static PositionwiseFeedForward FeedForward(AutoformerOptions options) =>
        new(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout, bias: false);
}
