using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Normalization;
using Anyformer.Recipes;

namespace Anyformer.Models.Forecasting;

/// <summary>The normalisation inside the blocks of <see cref="PatchTst"/>.</summary>
public enum PatchTstNorm
{
    /// <summary>Over all tokens of the batch.</summary>
    Batch,
    /// <summary>Over the width of each token.</summary>
    Layer,
}

/// <summary>
/// Options of <see cref="PatchTst"/>; the defaults are the published size for ETTh1 and ETTh2. PatchTST/42 and PatchTST/64 are these with a
/// look-back of 336 and of 512 steps.
/// </summary>
public sealed record PatchTstOptions
{
    private static readonly PatchTstOptions s_large = new() { Width = 128, Heads = 16, FeedForwardWidth = 256, Dropout = 0.2 };

    /// <summary>The published sizes, by data set, that of the masked pre-training, and a small one for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, PatchTstOptions> Presets { get; } = new Dictionary<string, PatchTstOptions>
    {
        ["small"] = new() { Width = 64, FeedForwardWidth = 128, Layers = 2, Dropout = 0.2 },
        ["etth1"] = new(),
        ["etth2"] = new(),
        ["ettm"] = s_large,
        ["weather"] = s_large,
        ["electricity"] = s_large,
        ["traffic"] = s_large,
        ["illness"] = new() { PatchLength = 24, Stride = 2 },
        ["self-supervised"] = s_large with
        {
            PatchLength = 12,
            Stride = 12,
            PatchFit = PatchFit.DropFirst,
            FeedForwardWidth = 512,
            Activation = "relu",
            ResidualAttention = false,
            FeatureDropout = 0.2,
        },
    };

    /// <summary>Steps of a patch.</summary>
    [Description("steps of a patch"), Range(1, 1 << 20)]
    public int PatchLength { get; init; } = 16;

    /// <summary>Steps from one patch to the next.</summary>
    [Description("steps from one patch to the next"), Range(1, 1 << 20)]
    public int Stride { get; init; } = 8;

    /// <summary>What becomes of steps that fill no patch.</summary>
    [Description("what becomes of steps that fill no patch")]
    public PatchFit PatchFit { get; init; } = PatchFit.RepeatLast;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 16;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>Width of a head's queries and keys; null for its share of the token.</summary>
    [Description("width of a head's queries and keys; its share of the token when left out"), Range(1, 65536)]
    public int? KeyWidth { get; init; }

    /// <summary>Width of a head's values; null for its share of the token.</summary>
    [Description("width of a head's values; its share of the token when left out"), Range(1, 65536)]
    public int? ValueWidth { get; init; }

    /// <summary>Encoder blocks.</summary>
    [Description("encoder blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 3;

    /// <summary>Hidden width of the feed-forward part.</summary>
    [Description("hidden width of the feed-forward part"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 128;

    /// <summary>Activation of the feed-forward part.</summary>
    [Description("activation of the feed-forward part")]
    public string Activation { get; init; } = "gelu";

    /// <summary>How the patches of a series see each other.</summary>
    [Description("attention function that mixes the patches")]
    public Part<AttentionFunction> Attention { get; init; } = Part<AttentionFunction>.Of("softmax");

    /// <summary>Whether attention scores are added to those of the block before.</summary>
    [Description("add attention scores to those of the block before")]
    public bool ResidualAttention { get; init; } = true;

    /// <summary>The normalisation inside the blocks.</summary>
    [Description("normalisation inside the blocks")]
    public PatchTstNorm Norm { get; init; }

    /// <summary>Whether blocks normalise before attention and feed-forward part instead of after.</summary>
    [Description("normalise before attention and feed-forward part instead of after")]
    public bool PreNorm { get; init; }

    /// <summary>Probability of dropout in the blocks and on the embedded patches.</summary>
    [Description("probability of dropout in the blocks"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.3;

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; }

    /// <summary>Probability of dropout on what the head sees, as the authors fine-tune pre-trained weights.</summary>
    [Description("probability of dropout on what the head sees"), Range(0.0, 1.0)]
    public double FeatureDropout { get; init; }

    /// <summary>Probability of dropout on what the head says, as the authors' supervised code has it.</summary>
    [Description("probability of dropout on what the head says"), Range(0.0, 1.0)]
    public double HeadDropout { get; init; }

    /// <summary>Whether every variate has a head of its own.</summary>
    [Description("a head for every variate instead of one for all")]
    public bool Individual { get; init; }

    /// <summary>Whether each window is standardised before the model and put back after it (RevIN).</summary>
    [Description("standardise each window before the model and put it back after")]
    public bool WindowNorm { get; init; } = true;

    /// <summary>What the window's normalisation takes for the centre of a series.</summary>
    [Description("what the window's normalisation centres series on")]
    public WindowCentre WindowCentre { get; init; }

    /// <summary>Whether the window's normalisation learns a scale and a shift for every variate.</summary>
    [Description("learn a scale and a shift of every variate in the window's normalisation")]
    public bool AffineWindowNorm { get; init; }

    /// <summary>Steps of the moving average that splits series into season and trend, each with a backbone of its own; null for no split.</summary>
    [Description("steps of the moving average that splits series into season and trend; no split when left out"), Range(1, 1 << 20)]
    public int? Decomposition { get; init; }
}
