using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Recipes;

namespace Anyformer.Models.Language;

/// <summary>Options of <see cref="BigBird"/>; the defaults are those of <c>google/bigbird-roberta-base</c>.</summary>
public sealed record BigBirdOptions
{
    /// <summary>The published sizes, and a small one.</summary>
    public static IReadOnlyDictionary<string, BigBirdOptions> Presets { get; } = new Dictionary<string, BigBirdOptions>
    {
        ["small"] = new() { Width = 128, Layers = 2, Heads = 4, FeedForwardWidth = 512 },
        ["base"] = new(),
        ["large"] = new() { Width = 1024, Layers = 24, Heads = 16, FeedForwardWidth = 4096 },
    };

    /// <summary>Kinds of tokens.</summary>
    [Description("kinds of tokens"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 50358;

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

    /// <summary>How tokens see each other; <c>softmax</c> is the published model's full attention.</summary>
    [Description("attention function; softmax is the published model's full attention")]
    public Part<AttentionFunction> Attention { get; init; } = Part<AttentionFunction>.Of("bigbird");

    /// <summary>Whether queries, keys and values have biases.</summary>
    [Description("biases of queries, keys and values")]
    public bool InputBias { get; init; } = true;

    /// <summary>Positions that have a vector.</summary>
    [Description("positions that have a vector"), Range(1, 1 << 24)]
    public int Positions { get; init; } = 4096;

    /// <summary>Types of tokens.</summary>
    [Description("types of tokens"), Range(1, 1 << 20)]
    public int TokenTypes { get; init; } = 2;

    /// <summary>The number of the token of padding.</summary>
    [Description("number of the token of padding"), Range(0, 1 << 24)]
    public int PaddingToken { get; init; }

    /// <summary>Whether vectors of tokens are multiplied by the root of their width.</summary>
    [Description("multiply the vectors of tokens by the root of their width")]
    public bool ScaledTokens { get; init; }

    /// <summary>Probability of dropout on embeddings and on what sublayers give.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>What normalisations add to a variance.</summary>
    [Description("what normalisations add to a variance"), Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-12;
}
