using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.LearnablePatterns;
using Anyformer.Attention.Local;

namespace Anyformer.Models.Language;

/// <summary>What the heads of a Reformer block see.</summary>
public enum ReformerAttention
{
    /// <summary>Neighbouring chunks of tokens.</summary>
    Local,

    /// <summary>Tokens that hash alike.</summary>
    Lsh,
}

/// <summary>Options of <see cref="Reformer"/>; the defaults are those of transformers' <c>ReformerConfig</c>.</summary>
public sealed record ReformerOptions
{
    /// <summary>Numbers of tokens.</summary>
    [Description("numbers of tokens"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 320;

    /// <summary>Width of a stream.</summary>
    [Description("width of a stream"), Range(1, 65536)]
    public int Width { get; init; } = 256;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 12;

    /// <summary>Width of a head.</summary>
    [Description("width of a head"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 64;

    /// <summary>What each block's heads see.</summary>
    [Description("what each block's heads see")]
    public ValueList<ReformerAttention> Attention { get; init; } =
        [ReformerAttention.Local, ReformerAttention.Lsh, ReformerAttention.Local, ReformerAttention.Lsh, ReformerAttention.Local, ReformerAttention.Lsh];

    /// <summary>Chunks of local blocks.</summary>
    [Description("chunks of local blocks")]
    public LocalAttentionOptions Local { get; init; } = new() { Window = 64, Backward = 1, Forward = 0 };

    /// <summary>Chunks and buckets of LSH blocks.</summary>
    [Description("chunks and buckets of LSH blocks")]
    public LshAttentionOptions Lsh { get; init; } = new() { Chunk = 64, Rounds = 1 };

    /// <summary>Axes of the box that positions lie in; null for a learned vector for every position.</summary>
    [Description("axes of the box that positions lie in; null for a learned vector for every position")]
    public ValueList<int>? PositionBox { get; init; } = [64, 64];

    /// <summary>Width of each axis' piece of a position.</summary>
    [Description("width of each axis' piece of a position")]
    public ValueList<int> PositionWidths { get; init; } = [64, 192];

    /// <summary>Most tokens of a sample.</summary>
    [Description("most tokens of a sample"), Range(1, 1 << 24)]
    public int MostTokens { get; init; } = 4096;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    [Description("hidden width of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 512;

    /// <summary>Activation of the feed-forward parts.</summary>
    [Description("activation of the feed-forward parts")]
    public string Activation { get; init; } = "relu";

    /// <summary>Probability of dropout on embeddings, branches and the output.</summary>
    [Description("probability of dropout on embeddings, branches and the output"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.05;

    /// <summary>Probability of dropout on the weights of local blocks.</summary>
    [Description("probability of dropout on the weights of local blocks"), Range(0.0, 1.0)]
    public double LocalDropout { get; init; } = 0.05;

    /// <summary>Probability of dropout on the weights of LSH blocks.</summary>
    [Description("probability of dropout on the weights of LSH blocks"), Range(0.0, 1.0)]
    public double LshDropout { get; init; }

    /// <summary>What is added to variances.</summary>
    [Description("what is added to variances"), Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Whether no token sees later ones.</summary>
    [Description("no token sees later ones")]
    public bool IsCausal { get; init; }
}
