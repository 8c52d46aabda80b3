using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="Pathformer"/>; the defaults are the published size for ETTh1, horizons 96 and 192.</summary>
public sealed record PathformerOptions
{
    private static readonly ValueList<ValueList<int>> s_sizesToLong = [[16, 12, 8, 32], [12, 8, 6, 32], [8, 6, 16, 12]];
    private static readonly ValueList<ValueList<int>> s_sizesToShort = [[16, 12, 8, 4], [12, 8, 6, 4], [8, 6, 2, 12]];

    /// <summary>The published sizes, by data set and, where they differ, horizon, and a small one for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, PathformerOptions> Presets { get; } = new Dictionary<string, PathformerOptions>
    {
        ["small"] = new() { FeedForwardWidth = 16, ChosenExperts = 2, PatchSizes = [[16, 8, 4]] },
        ["etth1"] = new(),
        ["etth1-336"] = new() { Residual = false, PatchSizes = [[16, 12, 8, 32], [12, 8, 6, 16], [8, 6, 4, 16]] },
        ["etth1-720"] = new() { Residual = false, ChosenExperts = 2 },
        ["etth2"] = new() { Residual = false, ChosenExperts = 2 },
        ["etth2-192"] = new() { Residual = false, ChosenExperts = 2, Width = 8 },
        ["etth2-720"] = new() { Residual = false, Width = 16, PatchSizes = s_sizesToLong },
        ["ettm1"] = new() { Width = 8, PatchSizes = s_sizesToShort },
        ["ettm2"] = new() { Residual = false, ChosenExperts = 2, Width = 16, PatchSizes = s_sizesToLong },
        ["weather"] = new() { ChosenExperts = 2, Width = 8, PatchSizes = s_sizesToShort },
        ["electricity"] = new() { ChosenExperts = 2, Width = 16, FeedForwardWidth = 128 },
        ["traffic"] = new() { ChosenExperts = 2, Width = 16, FeedForwardWidth = 128, PatchSizes = s_sizesToLong },
    };

    /// <summary>Channels of a step of a variate, an even number.</summary>
    [Description("channels of a step of a variate, an even number"), Range(2, 65536)]
    public int Width { get; init; } = 4;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 64;

    /// <summary>For each layer the patch sizes of its experts, in steps; each must divide the look-back.</summary>
    [Description("for each layer the patch sizes of its experts, each a divisor of the look-back")]
    public ValueList<ValueList<int>> PatchSizes { get; init; } = [[16, 12, 8, 32], [12, 8, 6, 4], [8, 6, 4, 2]];

    /// <summary>Experts that each sample is sent to in a layer.</summary>
    [Description("experts that each sample is sent to in a layer"), Range(1, 1024)]
    public int ChosenExperts { get; init; } = 3;

    /// <summary>Whether the input of a layer is added to its output.</summary>
    [Description("add the input of a layer to its output")]
    public bool Residual { get; init; } = true;

    /// <summary>Whether each window is standardised before the model and put back after it.</summary>
    [Description("standardise each window before the model and put it back after")]
    public bool WindowNorm { get; init; } = true;

    /// <summary>Whether experts normalise over the batch, after attention and after the feed-forward part.</summary>
    [Description("normalise over the batch after attention and after the feed-forward part")]
    public bool BatchNorm { get; init; }

    /// <summary>Probability of dropout after attention.</summary>
    [Description("probability of dropout after attention"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Probability of dropout on the hidden units of the feed-forward parts.</summary>
    [Description("probability of dropout on the hidden units of the feed-forward parts"), Range(0.0, 1.0)]
    public double FeedForwardDropout { get; init; } = 0.2;
}
