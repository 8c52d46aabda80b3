using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Kernels;
using Anyformer.Recipes;

namespace Anyformer.Models.Language;

/// <summary>Options of <see cref="PerformerLanguageModel"/>; the defaults are those of lucidrains/performer-pytorch's example of 8,192 characters.</summary>
public sealed record PerformerLanguageModelOptions
{
    /// <summary>The published sizes, and a small one.</summary>
    public static IReadOnlyDictionary<string, PerformerLanguageModelOptions> Presets { get; } = new Dictionary<string, PerformerLanguageModelOptions>
    {
        ["small"] = new() { Positions = 1024, Width = 128, Layers = 2, Heads = 4, HeadWidth = 32 },
        ["enwik8"] = new(),
    };

    /// <summary>Kinds of tokens.</summary>
    [Description("kinds of tokens"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 256;

    /// <summary>Most tokens of a sample.</summary>
    [Description("most tokens of a sample"), Range(1, 1 << 24)]
    public int Positions { get; init; } = 8192;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Blocks.</summary>
    [Description("blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 6;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Width of a head.</summary>
    [Description("width of a head"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 64;

    /// <summary>Heads of these that see only a window.</summary>
    [Description("heads that see only a window"), Range(0, 1024)]
    public int LocalHeads { get; init; }

    /// <summary>Tokens of the window of local heads.</summary>
    [Description("tokens of the window of local heads"), Range(1, 1 << 20)]
    public int LocalWindow { get; init; } = 256;

    /// <summary>Whether local heads see the zeros that fill up their last window where no mask hides them, as the reference's do.</summary>
    [Description("local heads see the zeros that fill up their last window, as the reference's do")]
    public bool LocalHeadsSeeFilling { get; init; }

    /// <summary>Hidden width of the feed-forward part in widths of a token.</summary>
    [Description("hidden width of the feed-forward part, in widths of a token"), Range(1, 64)]
    public int FeedForwardFactor { get; init; } = 4;

    /// <summary>Whether a token sees none that comes after it.</summary>
    [Description("a token sees none that comes after it")]
    public bool Causal { get; init; } = true;

    /// <summary>Whether positions are waves, added to tokens and turning queries and keys; otherwise they are learned and added.</summary>
    [Description("positions are waves, added to tokens and turning queries and keys, instead of learned and added")]
    public bool RotaryPositions { get; init; } = true;

    /// <summary>The features whose products are the scores; the model draws them anew, not they themselves.</summary>
    [Description("feature map whose products are the scores")]
    public Part<FeatureMap> FeatureMap { get; init; } = Part<FeatureMap>.Of("favor", new ProjectedFeatureMapOptions { RedrawInterval = null });

    /// <summary>Training calls after which random features are drawn anew, in all layers at once; null for never.</summary>
    [Description("training calls after which random features are drawn anew; never when null"), Range(1, int.MaxValue)]
    public int? RedrawInterval { get; init; } = 1000;

    /// <summary>Whether queries, keys and values have biases.</summary>
    [Description("queries, keys and values have biases")]
    public bool InputBias { get; init; }

    /// <summary>Whether the output projections of attention have biases.</summary>
    [Description("output projections of attention have biases")]
    public bool OutputBias { get; init; }

    /// <summary>Whether logits are products with the vectors of the tokens instead of a map of their own.</summary>
    [Description("logits are products with the tokens' vectors instead of a map of their own")]
    public bool TiedEmbedding { get; init; }

    /// <summary>Probability of dropout on embeddings.</summary>
    [Description("probability of dropout on embeddings"), Range(0.0, 1.0)]
    public double EmbeddingDropout { get; init; }

    /// <summary>Probability of dropout on what attention gives.</summary>
    [Description("probability of dropout on what attention gives"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; }

    /// <summary>Probability of dropout on hidden units.</summary>
    [Description("probability of dropout on hidden units"), Range(0.0, 1.0)]
    public double FeedForwardDropout { get; init; }
}
