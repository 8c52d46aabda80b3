using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

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

    /// <summary>How the steps of the history, and those of the decoder, see each other; the decoder sees the encoder by softmax attention.</summary>
    [Description("token mixer, or attention function, of self-attention; it must be causal")]
    public Part<TokenMixer> Attention { get; init; } = Part<TokenMixer>.Of("softmax");

    /// <summary>How calendar marks are read; must fit the marks that the data gives.</summary>
    [Description("how calendar marks are read: continuous, fixed or learned")]
    public CalendarKind Calendar { get; init; }

    /// <summary>Variates that the decoder reads, the last ones of the input; without it, all.</summary>
    [Description("variates that the decoder reads, the last ones; without it, all"), Range(1, 1 << 20)]
    public int? DecoderVariates { get; init; }

    /// <summary>Variates of the output, the last ones of the input; without it, all.</summary>
    [Description("variates of the output; without it, as many as go in"), Range(1, 1 << 20)]
    public int? OutputVariates { get; init; }
}

/// <summary>
/// The encoder-decoder Transformer as the time-series literature uses it: a token is a time step, and the decoder emits the horizon in one pass
/// from the last steps of the history followed by zeros (Vaswani et al. 2017, arXiv 1706.03762, with the embeddings of arXiv 2012.07436).
/// </summary>
[Formula(
    "E = encoder(embed(X)), Y = W decoder(embed([X_label, 0]), E), its last steps",
    Where = "E: (batch, look-back, width); W: (variates, width)")]
[Method("ts-transformer", "Time-series Transformer", Family.Forecasting, 2017,
    Paper = "Vaswani et al., Attention Is All You Need, arXiv 1706.03762; one-pass decoder of Zhou et al., AAAI 2021, arXiv 2012.07436",
    Complexity = "O((lookback + horizon)²)")]
public sealed class TimeSeriesTransformer : GenerativeForecaster
{
    /// <summary>A model with fresh weights.</summary>
    public TimeSeriesTransformer(ForecastShape shape, TimeSeriesTransformerOptions options) : base(shape, options.DecoderVariates)
    {
        EncoderEmbedding = Embedding(shape, shape.Variates, options);
        DecoderEmbedding = Embedding(shape, options.DecoderVariates ?? shape.Variates, options);
        EncoderBlocks = ModuleList<EncoderBlock>.Of(options.EncoderLayers, _ => Encoder(shape, options));
        EncoderNorm = new LayerNorm(options.Width);
        DecoderBlocks = ModuleList<DecoderBlock>.Of(options.DecoderLayers, _ => Decoder(shape, options));
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

    /// <inheritdoc/>
    protected override Tensor Generate(Tensor past, Tensor? pastMarks, Tensor start, Tensor? startMarks)
    {
        var context = EncoderEmbedding.Call(past, pastMarks);
        foreach (var block in EncoderBlocks)
            context = block.Call(context);
        context = EncoderNorm.Call(context);

        var tokens = DecoderEmbedding.Call(start, startMarks);
        foreach (var block in DecoderBlocks)
            tokens = block.Call(tokens, context, AttentionMask.Causal);
        return Head.Call(DecoderNorm.Call(tokens));
    }

    private static StepEmbedding Embedding(ForecastShape shape, int variates, TimeSeriesTransformerOptions options) =>
        new(variates, options.Width, CalendarEmbedding.For(shape, options.Calendar, options.Width), options.Dropout);

    private static EncoderBlock Encoder(ForecastShape shape, TimeSeriesTransformerOptions options) =>
        new(SelfAttention(shape.Lookback, options), Wiring(options), FeedForward(options), Wiring(options));

    private static DecoderBlock Decoder(ForecastShape shape, TimeSeriesTransformerOptions options) => new(
        SelfAttention(shape.LabelLength + shape.Horizon, options), Wiring(options),
        CrossAttention(options), Wiring(options),
        FeedForward(options), Wiring(options));

    private static TokenMixer SelfAttention(int tokens, TimeSeriesTransformerOptions options) =>
        options.Attention.Build(new TokenMixerShape(tokens, options.Width, options.Heads, options.Dropout));

    private static MultiHeadAttention CrossAttention(TimeSeriesTransformerOptions options) =>
        new(options.Width, options.Heads, new SoftmaxAttention(options.Dropout));

    private static PostNorm Wiring(TimeSeriesTransformerOptions options) => new(new LayerNorm(options.Width), options.Dropout);

    private static PositionwiseFeedForward FeedForward(TimeSeriesTransformerOptions options) =>
        new(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout);
}
