using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>Options of <see cref="FeedbackTransformer"/>.</summary>
public sealed record FeedbackOptions
{
    /// <summary>The published sizes, by data set, without the adaptive spans of the paper's character models.</summary>
    public static IReadOnlyDictionary<string, FeedbackOptions> Presets { get; } = new Dictionary<string, FeedbackOptions>
    {
        ["enwik8"] = new() { Vocabulary = 205, Width = 512, Layers = 12, Heads = 8, HeadWidth = 128, HiddenWidth = 4096, Memory = 8192, IsPreNorm = true },
        ["small"] = new() { Vocabulary = 256, Width = 64, Layers = 2, Heads = 4, HeadWidth = 16, HiddenWidth = 128, Memory = 64 },
    };

    /// <summary>Words to tell apart.</summary>
    [Description("words to tell apart"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 256;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 256;

    /// <summary>Layers.</summary>
    [Description("layers"), Range(1, 1024)]
    public int Layers { get; init; } = 4;

    /// <summary>Heads side by side.</summary>
    [Description("heads"), Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>Width of a head.</summary>
    [Description("width of a head"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 64;

    /// <summary>Width of the hidden units of the feed-forward part.</summary>
    [Description("width of the hidden units of the feed-forward part"), Range(1, 1 << 20)]
    public int HiddenWidth { get; init; } = 1024;

    /// <summary>Steps back that a token sees.</summary>
    [Description("steps back that a token sees"), Range(1, 1 << 20)]
    public int Memory { get; init; } = 512;

    /// <summary>Whether normalisation comes before each sublayer, instead of behind the sum.</summary>
    [Description("normalisation comes before each sublayer")]
    public bool IsPreNorm { get; init; }

    /// <summary>Whether all layers read the memory by the same keys and values.</summary>
    [Description("all layers read the memory by the same keys and values")]
    public bool SharesKeys { get; init; }

    /// <summary>Probability of dropout on attention weights and hidden units.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; }
}
