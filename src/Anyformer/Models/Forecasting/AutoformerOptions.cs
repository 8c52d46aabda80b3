using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Frequency;
using Anyformer.Recipes;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="AutoformerForecaster"/>; the defaults are those of the authors' program.</summary>
public sealed record AutoformerOptions
{
    /// <summary>The published sizes, by data set, and a small one for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, AutoformerOptions> Presets { get; } = new Dictionary<string, AutoformerOptions>
    {
        ["small"] = new() { Width = 64, Heads = 4, FeedForwardWidth = 128, Attention = Lags(3) },
        ["ett"] = new() { Attention = Lags(3) },
        ["exchange"] = new() { Attention = Lags(3) },
        ["weather"] = new() { Attention = Lags(3) },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Heads; auto-correlation itself takes them all together.</summary>
    [Description("heads"), Range(1, 1024)]
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

    /// <summary>Steps of the moving average that is the trend, an odd number.</summary>
    [Description("steps of the moving average that is the trend, an odd number"), Range(1, 1 << 20)]
    public int MovingAverage { get; init; } = 25;

    /// <summary>Probability of dropout, everywhere.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.05;

    /// <summary>Activation of the feed-forward parts.</summary>
    [Description("activation of the feed-forward parts")]
    public string Activation { get; init; } = "gelu";

    /// <summary>How steps see each other, in the encoder, in the decoder, and from the decoder to the encoder; nothing is masked.</summary>
    [Description("attention function of self- and cross-attention")]
    public Part<AttentionFunction> Attention { get; init; } = Lags(1);

    /// <summary>How calendar marks are read; must fit the marks that the data gives.</summary>
    [Description("how calendar marks are read: continuous, fixed or learned")]
    public CalendarKind Calendar { get; init; }

    private static Part<AttentionFunction> Lags(double factor) =>
        Part<AttentionFunction>.Of("auto-correlation", new AutoCorrelationOptions { Factor = factor });
}
