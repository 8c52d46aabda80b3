using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.LongConvolutions;

namespace Anyformer.Models.Language.Monarch;

/// <summary>How a text becomes one vector.</summary>
public enum TextPooling
{
    /// <summary>The first token.</summary>
    First,

    /// <summary>The mean of all tokens but padding.</summary>
    Mean,
}

/// <summary>Options of <see cref="M2Bert"/>; the defaults are those of the published 110M, with a vocabulary of 30528 and 128 tokens.</summary>
public sealed record M2BertOptions
{
    /// <summary>The published sizes, and a small one.</summary>
    public static IReadOnlyDictionary<string, M2BertOptions> Presets { get; } = new Dictionary<string, M2BertOptions>
    {
        ["small"] = new() { Width = 64, Layers = 2, FeedForwardWidth = 128, Dropout = 0, Mixer = new MonarchMixerOptions { Residual = true } },
        ["80m"] = new() { Width = 768, FeedForwardWidth = 3072, Mixer = Published with { InputNorm = true } },
        ["110m"] = new(),
        ["260m"] = new() { Width = 1536, FeedForwardWidth = 6144 },
        ["341m"] = new() { Width = 1792, FeedForwardWidth = 7168 },
    };

    private static MonarchMixerOptions Published => new() { FilterWidth = 128, Residual = true };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(2, 65536)]
    public int Width { get; init; } = 960;

    /// <summary>Layers.</summary>
    [Description("layers"), Range(1, 1024)]
    public int Layers { get; init; } = 12;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 3840;

    /// <summary>Whether hidden units are gated.</summary>
    [Description("hidden units are gated")]
    public bool Gated { get; init; } = true;

    /// <summary>Blocks of the matrices of the feed-forward parts; one makes them dense.</summary>
    [Description("blocks of the matrices of the feed-forward parts; one makes them dense"), Range(1, 65536)]
    public int MatrixBlocks { get; init; } = 4;

    /// <summary>What mixes the tokens.</summary>
    [Description("what mixes the tokens")]
    public MonarchMixerOptions Mixer { get; init; } = Published;

    /// <summary>Whether tokens see those behind them.</summary>
    [Description("tokens see those behind them")]
    public bool Bidirectional { get; init; } = true;

    /// <summary>Whether positions have vectors of their own, beside what the filters know of distances.</summary>
    [Description("positions have vectors of their own")]
    public bool Positions { get; init; } = true;

    /// <summary>Types of tokens, such as those of a first and a second text.</summary>
    [Description("types of tokens, such as those of a first and a second text"), Range(1, 65536)]
    public int Types { get; init; } = 2;

    /// <summary>The token of padding, whose vector is not trained; null for none.</summary>
    [Description("token of padding, whose vector is not trained"), Range(0, int.MaxValue)]
    public int? PaddingToken { get; init; } = 0;

    /// <summary>Whether padding is mixed into the tokens, as the authors' code does and their weights are used to.</summary>
    [Description("padding is mixed into the tokens, as by the authors' code")]
    public bool SeesPadding { get; init; } = true;

    /// <summary>Probability of dropout on embeddings and hidden units.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Activation before the scores.</summary>
    [Description("activation before the scores")]
    public string HeadActivation { get; init; } = "gelu";

    /// <summary>What keeps the normalisations from dividing by zero.</summary>
    [Description("what keeps the normalisations from dividing by zero"), Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>How a text becomes one vector; null for a model without.</summary>
    [Description("how a text becomes one vector: first or mean; not at all when left out")]
    public TextPooling? Pooling { get; init; }
}
