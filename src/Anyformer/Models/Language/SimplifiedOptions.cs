using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks.Simplified;
using Anyformer.Normalization;
using Anyformer.Recipes;

namespace Anyformer.Models.Language;

/// <summary>What a skip connection takes.</summary>
public enum NormPlacement
{
    /// <summary>The tokens before the normalisation: it is within the branch.</summary>
    Pre,

    /// <summary>The normalised tokens: it is between blocks.</summary>
    Post,
}

/// <summary>Options of <see cref="SimplifiedTransformer"/>; the defaults are SAS as published, 18 layers.</summary>
public sealed record SimplifiedOptions
{
    private static readonly SimplifiedOptions s_sasP = new() { Parallel = true, FeedForwardSkip = 0 };

    private static readonly SimplifiedOptions s_preNorm = new()
    {
        Attention = new SimplifiedAttentionOptions
        {
            Shape = new ShapedAttentionOptions { Identity = null, Centre = null, Learned = false },
            Values = IdentityMapOptions.Plain,
            Output = IdentityMapOptions.Plain,
            QueryDeviation = 0.02,
        },
        FirstValueGain = null,
        AttentionSkip = 1,
        LearnsAttentionGains = false,
        FeedForwardGain = 1,
        LearnsFeedForwardGains = false,
    };

    /// <summary>The blocks of the paper as published, and small ones.</summary>
    public static IReadOnlyDictionary<string, SimplifiedOptions> Presets { get; } = new Dictionary<string, SimplifiedOptions>
    {
        ["sas"] = new(),
        ["sas-p"] = s_sasP,
        ["sas-p-no-norm"] = s_sasP with { Norm = null },
        ["pre-ln"] = s_preNorm,
        ["parallel"] = s_preNorm with { Parallel = true, AttentionSkip = 0 },
        ["small"] = Small(new()),
        ["small-sas-p"] = Small(s_sasP),
        ["small-pre-ln"] = Small(s_preNorm),
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 768;

    /// <summary>Blocks.</summary>
    [Description("blocks"), Range(1, 1024)]
    public int Layers { get; init; } = 18;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 12;

    /// <summary>Hidden width of the feed-forward part.</summary>
    [Description("hidden width of the feed-forward part"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 3072;

    /// <summary>Activation of the feed-forward part.</summary>
    [Description("activation of the feed-forward part: relu, leaky-relu, gelu ...")]
    public string Activation { get; init; } = "relu";

    /// <summary>Slope of leaky-relu below 0.</summary>
    [Description("slope of leaky-relu below 0")]
    public double NegativeSlope { get; init; } = 0.01;

    /// <summary>The normalisation in blocks; null for one of the embedded tokens alone.</summary>
    [Description("normalisation in blocks; null for a layer norm of the embedded tokens alone")]
    public Part<NormalizationLayer>? Norm { get; init; } = Part<NormalizationLayer>.Of("rms-norm-root", new RootRmsNormOptions { Epsilon = 1e-5 });

    /// <summary>What skip connections take.</summary>
    [Description("skip connections take the tokens before the normalisation (pre) or the normalised (post)")]
    public NormPlacement Placement { get; init; }

    /// <summary>Whether attention and feed-forward part work side by side.</summary>
    [Description("attention and feed-forward part work side by side")]
    public bool Parallel { get; init; }

    /// <summary>The attention.</summary>
    [Description("the attention")]
    public SimplifiedAttentionOptions Attention { get; init; } = new();

    /// <summary>Gain of the learned matrix to values in the first block; null for that of all.</summary>
    [Description("gain of the learned matrix to values in the first block; that of all blocks when null")]
    public double? FirstValueGain { get; init; } = 1;

    /// <summary>Gain of the learned matrix of the joined heads in the last block; null for that of all.</summary>
    [Description("gain of the learned matrix of the joined heads in the last block; that of all blocks when null")]
    public double? LastOutputGain { get; init; }

    /// <summary>Gain of the attention at first.</summary>
    [Description("gain of the attention at first")]
    public double AttentionGain { get; init; } = 1;

    /// <summary>Gain of the skip connection beside the attention at first; 0 for none. Parallel blocks have one connection alone.</summary>
    [Description("gain of the skip connection beside the attention at first; 0 for none")]
    public double AttentionSkip { get; init; }

    /// <summary>Whether the gains at the attention are learned.</summary>
    [Description("the gains at the attention are learned")]
    public bool LearnsAttentionGains { get; init; } = true;

    /// <summary>Gain of the feed-forward part at first; it should go with one over the root of the layers.</summary>
    [Description("gain of the feed-forward part at first")]
    public double FeedForwardGain { get; init; } = 0.1;

    /// <summary>Gain of the skip connection beside the feed-forward part, or beside both of a parallel block, at first; 0 for none.</summary>
    [Description("gain of the skip connection beside the feed-forward part at first; 0 for none")]
    public double FeedForwardSkip { get; init; } = 1;

    /// <summary>Whether the gains at the feed-forward part are learned.</summary>
    [Description("the gains at the feed-forward part are learned")]
    public bool LearnsFeedForwardGains { get; init; } = true;

    /// <summary>What keeps the layer norms from dividing by zero.</summary>
    [Description("what keeps the layer norms from dividing by zero"), Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-5;

    private static SimplifiedOptions Small(SimplifiedOptions options) => options with { Width = 128, Layers = 4, Heads = 4, FeedForwardWidth = 512 };
}
