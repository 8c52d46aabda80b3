using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>Options of <see cref="CompressiveTransformer"/>; the defaults are the paper's sizes for PG-19, for segments of 512 tokens.</summary>
public sealed record CompressiveTransformerOptions
{
    /// <summary>The paper's sizes, and a small one. A text of the shape is a segment: 512 tokens, of enwik8 768.</summary>
    public static IReadOnlyDictionary<string, CompressiveTransformerOptions> Presets { get; } = new Dictionary<string, CompressiveTransformerOptions>
    {
        ["small"] = new() { Width = 64, Layers = 2, Heads = 4, FeedForwardWidth = 256, Memory = null, Compressed = null },
        ["pg19"] = new(),
        ["enwik8"] = new() { Layers = 24, Memory = 768, Compressed = 1152, Rate = 3 },
        ["wt103"] = new() { Layers = 18 },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 1024;

    /// <summary>Width of the embedding; null for that of a token.</summary>
    [Description("width of the embedding; that of a token when left out"), Range(1, 65536)]
    public int? EmbeddingWidth { get; init; }

    /// <summary>Layers.</summary>
    [Description("layers"), Range(1, 1024)]
    public int Layers { get; init; } = 36;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 16;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 4096;

    /// <summary>Tokens that a layer remembers as they are, at least those of a segment; null for as many.</summary>
    [Description("tokens that a layer remembers as they are; those of a segment when left out"), Range(1, 1 << 24)]
    public int? Memory { get; init; } = 512;

    /// <summary>Compressed memories that a layer keeps beside; null for those that its memory makes.</summary>
    [Description("compressed memories that a layer keeps; those that its memory makes when left out"), Range(0, 1 << 24)]
    public int? Compressed { get; init; } = 512;

    /// <summary>Memories that become one.</summary>
    [Description("memories that become one"), Range(1, 1 << 16)]
    public int Rate { get; init; } = 2;

    /// <summary>How memories become one.</summary>
    [Description("how memories become one: convolution, mean, max, most-used")]
    public CompressionKind Compression { get; init; }

    /// <summary>The layers that remember, by their numbers from 0; null for all.</summary>
    [Description("layers that remember, by their numbers from 0; all when left out")]
    public ValueList<int>? MemoryLayers { get; init; }

    /// <summary>Whether a layer reads what the next one remembered, and the last what the first did.</summary>
    [Description("a layer reads what the next one remembered, and the last what the first did")]
    public bool ReadsNextLayer { get; init; }

    /// <summary>Whether gated recurrent units join the parts to the tokens instead of sums.</summary>
    [Description("gated recurrent units join the parts to the tokens instead of sums")]
    public bool GatedResiduals { get; init; }

    /// <summary>Whether the hidden units of the feed-forward parts are gated.</summary>
    [Description("hidden units of the feed-forward parts are gated")]
    public bool GatedFeedForward { get; init; }

    /// <summary>Weight of the loss that teaches the compression to keep what attention finds in memories.</summary>
    [Description("weight of the loss that teaches the compression to keep what attention finds"), Range(0.0, 1e6)]
    public double ReconstructionWeight { get; init; } = 1;

    /// <summary>Probability of dropout on what attention gives, and on hidden units.</summary>
    [Description("probability of dropout on what attention gives, and on hidden units"), Range(0.0, 1.0)]
    public double Dropout { get; init; }

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; }
}
