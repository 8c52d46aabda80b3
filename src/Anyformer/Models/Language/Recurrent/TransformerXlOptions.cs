using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>Options of <see cref="TransformerXl"/>; the defaults are those of the base model of WikiText-103, whose vocabulary has 267735 words.</summary>
public sealed record TransformerXlOptions
{
    /// <summary>The published sizes, and a small one.</summary>
    public static IReadOnlyDictionary<string, TransformerXlOptions> Presets { get; } = new Dictionary<string, TransformerXlOptions>
    {
        ["small"] = Characters(64, 2, 4, 256, 64) with { Dropout = 0 },
        ["wt103-base"] = new(),
        ["wt103-large"] = new() { Width = 1024, Layers = 18, Heads = 16, HeadWidth = 64, FeedForwardWidth = 4096, Dropout = 0.2, AttentionDropout = 0.2, WidthDivisor = 4, Memory = 384 },
        ["enwik8-12"] = Characters(512, 12, 8, 2048, 512),
        ["enwik8-24"] = Characters(1024, 24, 8, 3072, 768) with { Dropout = 0.15, AttentionDropout = 0.15 },
    };

    /// <summary>Width of a token, even.</summary>
    [Description("width of a token, even"), Range(2, 65536)]
    public int Width { get; init; } = 410;

    /// <summary>Layers.</summary>
    [Description("layers"), Range(1, 1024)]
    public int Layers { get; init; } = 16;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 10;

    /// <summary>Width of a head.</summary>
    [Description("width of a head"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 41;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 2100;

    /// <summary>Tokens that every layer remembers of earlier segments.</summary>
    [Description("tokens that every layer remembers of earlier segments"), Range(0, 1 << 24)]
    public int Memory { get; init; } = 150;

    /// <summary>Token ids at which clusters of rarer tokens begin, rising; those beyond the vocabulary are left out.</summary>
    [Description("token ids at which clusters of rarer tokens begin; none for one softmax")]
    public ValueList<int> Borders { get; init; } = [20000, 40000, 200000];

    /// <summary>Width of the vectors of tokens before they are brought to the width; null for the width.</summary>
    [Description("width of the vectors of tokens; that of the model when left out"), Range(1, 65536)]
    public int? EmbeddingWidth { get; init; }

    /// <summary>What the width of vectors is divided by from cluster to cluster.</summary>
    [Description("what the width of vectors is divided by from cluster to cluster"), Range(1, 64)]
    public int WidthDivisor { get; init; } = 1;

    /// <summary>Whether the maps to the scores are the embedding's.</summary>
    [Description("the maps to the scores are the embedding's")]
    public bool TiesEmbeddings { get; init; } = true;

    /// <summary>Of which clusters the projection before the scores is the embedding's.</summary>
    [Description("of which clusters the projection before the scores is the embedding's, a truth value for each")]
    public ValueList<bool> TiedProjections { get; init; } = [false, true, true, true];

    /// <summary>Whether normalisations are in the branches instead of behind them.</summary>
    [Description("normalisations are in the branches instead of behind them")]
    public bool PreNorm { get; init; }

    /// <summary>Whether every token sees equally many before it, instead of all of the memory.</summary>
    [Description("every token sees equally many before it, instead of all of the memory")]
    public bool SameLength { get; init; }

    /// <summary>The distance beyond which all are alike; 0 for none.</summary>
    [Description("the distance beyond which all are alike; 0 for none"), Range(0, 1 << 24)]
    public int ClampDistance { get; init; }

    /// <summary>Probability of dropout on embeddings, positions and what the parts give.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; }

    private static TransformerXlOptions Characters(int width, int layers, int heads, int hidden, int memory) => new()
    {
        Width = width,
        Layers = layers,
        Heads = heads,
        HeadWidth = width / heads,
        FeedForwardWidth = hidden,
        Memory = memory,
        Borders = [],
    };
}
