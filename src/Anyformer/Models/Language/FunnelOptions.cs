using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Downsampling;

namespace Anyformer.Models.Language;

/// <summary>Options of <see cref="Funnel"/>; the defaults are the published B4-4-4H768.</summary>
public sealed record FunnelOptions
{
    /// <summary>The published sizes.</summary>
    public static IReadOnlyDictionary<string, FunnelOptions> Presets { get; } = new Dictionary<string, FunnelOptions>
    {
        ["small"] = new(),
        ["small-base"] = new() { DecoderLayers = null },
        ["medium"] = new() { BlockSizes = new([6, 3, 3]), BlockRepeats = new([1, 2, 2]) },
        ["intermediate"] = new() { BlockSizes = new([6, 6, 6]) },
    };

    /// <summary>Layers of each block; between blocks the sequence is halved.</summary>
    [Description("layers of each block; between blocks the sequence is halved")]
    public ValueList<int> BlockSizes { get; init; } = new([4, 4, 4]);

    /// <summary>How often each layer of each block is applied; null for once.</summary>
    [Description("how often each layer of each block is applied; without it, once")]
    public ValueList<int>? BlockRepeats { get; init; }

    /// <summary>Layers at full length after the funnel; null to leave the result pooled.</summary>
    [Description("layers at full length after the funnel; none leaves the result pooled"), Range(0, 1000)]
    public int? DecoderLayers { get; init; } = 2;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(2, 65536)]
    public int Width { get; init; } = 768;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 12;

    /// <summary>Width of each.</summary>
    [Description("width of a head"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 64;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 3072;

    /// <summary>Activation of the feed-forward parts.</summary>
    [Description("activation of the feed-forward parts")]
    public string Activation { get; init; } = "gelu-tanh";

    /// <summary>How two tokens become one.</summary>
    [Description("how two tokens become one")]
    public PoolingKind Pooling { get; init; } = PoolingKind.Mean;

    /// <summary>Whether the first token is a class token, which is not pooled with others.</summary>
    [Description("the first token is a class token, which is not pooled with others")]
    public bool ClassToken { get; init; } = true;

    /// <summary>Whether beside a class token the last token is left out of pooling.</summary>
    [Description("leave the last token out of pooling beside a class token")]
    public bool Truncate { get; init; } = true;

    /// <summary>Whether the first layer after pooling still sees the unpooled tokens.</summary>
    [Description("the first layer after pooling still sees the unpooled tokens")]
    public bool PoolQueriesOnly { get; init; } = true;

    /// <summary>Probability of dropout on embeddings and on what attention and feed-forward parts give.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Probability of dropout on hidden units.</summary>
    [Description("probability of dropout on hidden units"), Range(0.0, 1.0)]
    public double ActivationDropout { get; init; }

    /// <summary>What is added to variances.</summary>
    [Description("what normalisation adds to variances"), Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-9;
}
