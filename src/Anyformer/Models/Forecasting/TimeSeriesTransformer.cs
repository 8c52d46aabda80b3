using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>How <see cref="TimeSeriesTransformer"/> reads calendar marks.</summary>
public enum CalendarKind
{
    /// <summary>Marks in [-0.5, 0.5] through a linear map.</summary>
    Continuous,
    /// <summary>Integer marks through tables of sinusoids.</summary>
    Fixed,
    /// <summary>Integer marks through trained tables.</summary>
    Learned,
}

/// <summary>Options of <see cref="TimeSeriesTransformer"/>; the defaults are those of the reference.</summary>
public sealed record TimeSeriesTransformerOptions
{
    /// <summary>A small size for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, TimeSeriesTransformerOptions> Presets { get; } = new Dictionary<string, TimeSeriesTransformerOptions>
    {
        ["small"] = new() { Width = 64, Heads = 4, FeedForwardWidth = 128 },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Encoder blocks.</summary>
    [Description("encoder blocks"), Range(1, 1000)]
    public int EncoderLayers { get; init; } = 2;

    /// <summary>Decoder blocks.</summary>
    [Description("decoder blocks"), Range(1, 1000)]
    public int DecoderLayers { get; init; } = 1;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 2048;

    /// <summary>Probability of dropout, everywhere.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Activation of the feed-forward parts.</summary>
    [Description("activation of the feed-forward parts")]
    public string Activation { get; init; } = "gelu";

    /// <summary>How calendar marks are read; must fit the marks that the data gives.</summary>
    [Description("how calendar marks are read: continuous, fixed or learned")]
    public CalendarKind Calendar { get; init; }

    /// <summary>Variates of the output, the last ones of the input; without it, all.</summary>
    [Description("variates of the output; without it, as many as go in"), Range(1, 1 << 20)]
    public int? OutputVariates { get; init; }
}

/// <summary>
/// The encoder-decoder Transformer as the time-series literature uses it: a token is a time step, and the decoder emits the horizon in one pass
/// from the last steps of the history followed by zeros (Vaswani et al. 2017, arXiv 1706.03762, with the embeddings of arXiv 2012.07436).
/// </summary>
[Method("ts-transformer", "Time-series Transformer", Family.Forecasting, 2017,
    Paper = "Vaswani et al., Attention Is All You Need, arXiv 1706.03762; one-pass decoder of Zhou et al., AAAI 2021, arXiv 2012.07436",
    Complexity = "O((lookback + horizon)²)")]
public sealed class TimeSeriesTransformer : Forecaster
{
    private readonly ForecastShape _shape;

    /// <summary>A model with fresh weights.</summary>
    public TimeSeriesTransformer(ForecastShape shape, TimeSeriesTransformerOptions options)
    {
        if (shape.LabelLength > shape.Lookback)
            throw new UserException($"The label length must not exceed the lookback of {shape.Lookback} steps, found {shape.LabelLength}.");
        if (shape.Marks > 0 && shape.IntegerMarks == (options.Calendar == CalendarKind.Continuous))
            throw new UserException($"The calendar '{options.Calendar.ToString().ToLowerInvariant()}' does not read {(shape.IntegerMarks ? "integer" : "fractional")} marks.");
        _shape = shape;
        EncoderEmbedding = new StepEmbedding(shape.Variates, options.Width, CalendarOf(shape, options), options.Dropout);
        DecoderEmbedding = new StepEmbedding(shape.Variates, options.Width, CalendarOf(shape, options), options.Dropout);
        EncoderBlocks = ModuleList<EncoderBlock>.Of(options.EncoderLayers, _ => Encoder(options));
        EncoderNorm = new LayerNorm(options.Width);
        DecoderBlocks = ModuleList<DecoderBlock>.Of(options.DecoderLayers, _ => Decoder(options));
        DecoderNorm = new LayerNorm(options.Width);
        Head = new Linear(options.Width, options.OutputVariates ?? shape.Variates);
    }

    private StepEmbedding EncoderEmbedding { get; }

    private StepEmbedding DecoderEmbedding { get; }

    private ModuleList<EncoderBlock> EncoderBlocks { get; }

    private LayerNorm EncoderNorm { get; }

    private ModuleList<DecoderBlock> DecoderBlocks { get; }

    private LayerNorm DecoderNorm { get; }

    private Linear Head { get; }

    /// <summary>The model as the reference calls it, with the decoder's input given.</summary>
    /// <param name="past">(batch, lookback, variates).</param>
    /// <param name="pastMarks">(batch, lookback, marks) or null.</param>
    /// <param name="start">The decoder's input, (batch, label + horizon, variates).</param>
    /// <param name="startMarks">(batch, label + horizon, marks) or null.</param>
    /// <returns>(batch, horizon, output variates).</returns>
    public Tensor Decode(Tensor past, Tensor? pastMarks, Tensor start, Tensor? startMarks)
    {
        using var scope = new TensorScope();
        var context = EncoderEmbedding.Call(past, pastMarks);
        foreach (var block in EncoderBlocks)
            context = block.Call(context);
        context = EncoderNorm.Call(context);

        var tokens = DecoderEmbedding.Call(start, startMarks);
        var causal = Masks.Causal(tokens.Size(1), tokens.Device);
        foreach (var block in DecoderBlocks)
            tokens = block.Call(tokens, context, causal);
        return scope.Keep(Head.Call(DecoderNorm.Call(tokens))[.., ^_shape.Horizon..]);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        var past = input.Past;
        var unknown = past.NewZeros([past.Size(0), _shape.Horizon, past.Size(2)]);
        var start = _shape.LabelLength == 0 ? unknown : Functional.Cat([past[.., ^_shape.LabelLength..], unknown], 1);
        return Decode(past, input.PastMarks, start, input.FutureMarks);
    }

    private static TensorModule CalendarOf(ForecastShape shape, TimeSeriesTransformerOptions options) => options.Calendar switch
    {
        CalendarKind.Fixed => new CalendarEmbedding(shape.Marks, entries => new FixedEmbedding(entries, options.Width)),
        CalendarKind.Learned => new CalendarEmbedding(shape.Marks, entries => new Embedding(entries, options.Width)),
        _ => new Linear(shape.Marks, options.Width, bias: false),
    };

    private static EncoderBlock Encoder(TimeSeriesTransformerOptions options) =>
        new(Attention(options), Wiring(options), FeedForward(options), Wiring(options));

    private static DecoderBlock Decoder(TimeSeriesTransformerOptions options) =>
        new(Attention(options), Wiring(options), Attention(options), Wiring(options), FeedForward(options), Wiring(options));

    private static MultiHeadAttention Attention(TimeSeriesTransformerOptions options) =>
        new(options.Width, options.Heads, new SoftmaxAttention(options.Dropout));

    private static PostNorm Wiring(TimeSeriesTransformerOptions options) => new(new LayerNorm(options.Width), options.Dropout);

    private static PositionwiseFeedForward FeedForward(TimeSeriesTransformerOptions options) =>
        new(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout);
}
