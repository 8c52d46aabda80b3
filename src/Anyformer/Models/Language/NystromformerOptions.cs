using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Models.Language;

/// <summary>Options of <see cref="Nystromformer"/>; the defaults are those of <c>uw-madison/nystromformer-512</c>.</summary>
public sealed record NystromformerOptions
{
    /// <summary>The published sizes, and a small one.</summary>
    public static IReadOnlyDictionary<string, NystromformerOptions> Presets { get; } = new Dictionary<string, NystromformerOptions>
    {
        ["small"] = new() { Width = 128, Layers = 2, Heads = 4, FeedForwardWidth = 512, Landmarks = 32 },
        ["512"] = new(),
    };

    /// <summary>Kinds of tokens.</summary>
    [Description("kinds of tokens"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 30000;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 768;

    /// <summary>Encoder blocks.</summary>
    [Description("encoder blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 12;

    /// <summary>Hidden width of the feed-forward part.</summary>
    [Description("hidden width of the feed-forward part"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 3072;

    /// <summary>Activation of the feed-forward part.</summary>
    [Description("activation of the feed-forward part")]
    public string Activation { get; init; } = "gelu-tanh";

    /// <summary>Most tokens of a sample.</summary>
    [Description("most tokens of a sample"), Range(1, 1 << 24)]
    public int Positions { get; init; } = 510;

    /// <summary>Types of tokens.</summary>
    [Description("types of tokens"), Range(1, 1 << 20)]
    public int TokenTypes { get; init; } = 2;

    /// <summary>The token of padding, whose vector is not trained.</summary>
    [Description("token of padding"), Range(0, 1 << 24)]
    public int PaddingToken { get; init; } = 1;

    /// <summary>Most landmarks, each the mean of a segment of tokens.</summary>
    [Description("most landmarks, each the mean of a segment of tokens"), Range(1, 1 << 20)]
    public int Landmarks { get; init; } = 64;

    /// <summary>Tokens that the convolution of the values covers, an odd number; null for no convolution.</summary>
    [Description("tokens that the convolution of the values covers, odd; none when null"), Range(1, 1 << 20)]
    public int? ConvolutionKernel { get; init; } = 65;

    /// <summary>Probability of dropout on embeddings and on what the parts of a block give.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>What keeps the normalisations from dividing by zero.</summary>
    [Description("what keeps the normalisations from dividing by zero"), Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-5;
}
