using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Recipes;

namespace Anyformer.Models.Sequences;

/// <summary>What stands for a whole sequence.</summary>
public enum SequencePooling
{
    /// <summary>A token of its own, put before the sequence.</summary>
    Cls,

    /// <summary>The mean of its tokens; padding does not count.</summary>
    Mean,
}

/// <summary>How a model is told where a token stands.</summary>
public enum SequencePositions
{
    /// <summary>Fixed waves.</summary>
    Sinusoidal,

    /// <summary>A learned vector for each position.</summary>
    Learned,
}

/// <summary>Options of <see cref="LongRangeEncoder"/>; the defaults are the published sizes for ListOps.</summary>
public sealed record LongRangeEncoderOptions
{
    /// <summary>The published sizes for each task, and one that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, LongRangeEncoderOptions> Presets { get; } = new Dictionary<string, LongRangeEncoderOptions>
    {
        ["listops"] = new(),
        ["text"] = new() { Heads = 4, Width = 256, InnerWidth = 256 },
        ["retrieval"] = new() { Heads = 4, Width = 128, InnerWidth = 128, FeedForwardWidth = 512 },
        ["image"] = new()
        {
            Layers = 1,
            Width = 128,
            InnerWidth = 64,
            FeedForwardWidth = 128,
            Dropout = 0.3,
            AttentionDropout = 0.2,
            Positions = SequencePositions.Learned,
        },
        ["pathfinder"] = new()
        {
            Heads = 4,
            Width = 32,
            InnerWidth = 16,
            FeedForwardWidth = 32,
            Dropout = 0.2,
            Pooling = SequencePooling.Mean,
        },
        ["small"] = new() { Layers = 2, Heads = 2, Width = 64, InnerWidth = 64, FeedForwardWidth = 128, Dropout = 0, AttentionDropout = 0 },
    };

    /// <summary>What lets the tokens see each other.</summary>
    [Description("what lets the tokens see each other: any token mixer or attention function of the catalog")]
    public Part<TokenMixer> Attention { get; init; } = Part<TokenMixer>.Of("softmax");

    /// <summary>Blocks one after the other.</summary>
    [Description("blocks one after the other"), Range(1, 1024)]
    public int Layers { get; init; } = 4;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Width of all heads together.</summary>
    [Description("width of all heads together"), Range(1, 65536)]
    public int InnerWidth { get; init; } = 512;

    /// <summary>Width of the hidden layer of the feed-forward parts and of the head.</summary>
    [Description("width of the hidden layers of the feed-forward parts and of the head"), Range(2, 262144)]
    public int FeedForwardWidth { get; init; } = 1024;

    /// <summary>Probability of dropout after the embedding and inside the blocks.</summary>
    [Description("probability of dropout after the embedding and inside the blocks"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Probability of dropout on attention weights, where the mechanism has such.</summary>
    [Description("probability of dropout on attention weights, where the mechanism has such"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>What stands for a whole sequence.</summary>
    [Description("what stands for a whole sequence")]
    public SequencePooling Pooling { get; init; }

    /// <summary>How the model is told where a token stands.</summary>
    [Description("how the model is told where a token stands")]
    public SequencePositions Positions { get; init; }

    /// <summary>Whether the head of pairs is also given product and difference of the two sequences, as for natural language inference.</summary>
    [Description("whether the head of pairs is also given product and difference of the two sequences")]
    public bool Interaction { get; init; }
}
