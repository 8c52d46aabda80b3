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
    public int Vocabulary { get; init; } = 320;

    /// <summary>Width of a stream.</summary>
    public int Width { get; init; } = 256;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Width of a head.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>What each block's heads see.</summary>
    public ValueList<ReformerAttention> Attention { get; init; } =
        [ReformerAttention.Local, ReformerAttention.Lsh, ReformerAttention.Local, ReformerAttention.Lsh, ReformerAttention.Local, ReformerAttention.Lsh];

    /// <summary>Chunks of local blocks.</summary>
    public LocalAttentionOptions Local { get; init; } = new() { Window = 64, Backward = 1, Forward = 0 };

    /// <summary>Chunks and buckets of LSH blocks.</summary>
    public LshAttentionOptions Lsh { get; init; } = new() { Chunk = 64, Rounds = 1 };

    /// <summary>Axes of the box that positions lie in; null for a learned vector for every position.</summary>
    public ValueList<int>? PositionBox { get; init; } = [64, 64];

    /// <summary>Width of each axis' piece of a position.</summary>
    public ValueList<int> PositionWidths { get; init; } = [64, 192];

    /// <summary>Most tokens of a sample.</summary>
    public int MostTokens { get; init; } = 4096;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    public int FeedForwardWidth { get; init; } = 512;

    /// <summary>Activation of the feed-forward parts.</summary>
    public string Activation { get; init; } = "relu";

    /// <summary>Probability of dropout on embeddings, branches and the output.</summary>
    public double Dropout { get; init; } = 0.05;

    /// <summary>Probability of dropout on the weights of local blocks.</summary>
    public double LocalDropout { get; init; } = 0.05;

    /// <summary>Probability of dropout on the weights of LSH blocks.</summary>
    public double LshDropout { get; init; }

    /// <summary>What is added to variances.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Whether no token sees later ones.</summary>
    public bool IsCausal { get; init; }
}
