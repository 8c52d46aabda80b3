using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Prototypes;
using Anyformer.Recipes;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="Informer"/>; the defaults are those of the authors' scripts.</summary>
public sealed record InformerOptions
{
    /// <summary>The published sizes, by data set, and a small one for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, InformerOptions> Presets { get; } = new Dictionary<string, InformerOptions>
    {
        ["small"] = new() { Width = 64, Heads = 4, FeedForwardWidth = 128 },
        ["etth1"] = new(),
        ["etth1-24"] = new() { Attention = Part<AttentionFunction>.Of("prob-sparse", new ProbSparseAttentionOptions { Factor = 3 }) },
        ["etth2"] = new(),
        ["etth2-long"] = new() { Stacks = [3], DecoderLayers = 2 },
        ["ettm1"] = new(),
        ["weather"] = new() { Stacks = [3], DecoderLayers = 2 },
        ["stack"] = new() { Stacks = [3, 2, 1] },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Blocks of each encoder. The first reads the whole history, each further one the last half of what the one before reads.</summary>
    [Description("blocks of each encoder; each encoder reads half as many of the last steps as the one before"), Range(1, 1000)]
    public ValueList<int> Stacks { get; init; } = [2];

    /// <summary>Decoder blocks.</summary>
    [Description("decoder blocks"), Range(1, 1000)]
    public int DecoderLayers { get; init; } = 1;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 2048;

    /// <summary>Probability of dropout, everywhere.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.05;

    /// <summary>Activation of the feed-forward parts.</summary>
    [Description("activation of the feed-forward parts")]
    public string Activation { get; init; } = "gelu";

    /// <summary>How the steps of the history, and those of the decoder, see each other; the decoder sees the encoder by softmax attention.</summary>
    [Description("attention function of self-attention")]
    public Part<AttentionFunction> Attention { get; init; } = Part<AttentionFunction>.Of("prob-sparse");

    /// <summary>Whether a layer between encoder blocks halves the steps.</summary>
    [Description("halve the steps between encoder blocks")]
    public bool Distil { get; init; } = true;

    /// <summary>Whether the decoder's self-attention joins its heads one after another in time instead of side by side, as published.</summary>
    [Description("join the heads of the decoder's self-attention one after another in time")]
    public bool MixHeads { get; init; } = true;

    /// <summary>How calendar marks are read; must fit the marks that the data gives.</summary>
    [Description("how calendar marks are read: continuous, fixed or learned")]
    public CalendarKind Calendar { get; init; }

    /// <summary>Variates that the decoder reads, the last ones of the input; without it, all.</summary>
    [Description("variates that the decoder reads, the last ones; without it, all"), Range(1, 1 << 20)]
    public int? DecoderVariates { get; init; }

    /// <summary>Variates of the output; without it, as many as go in.</summary>
    [Description("variates of the output; without it, as many as go in"), Range(1, 1 << 20)]
    public int? OutputVariates { get; init; }
}
