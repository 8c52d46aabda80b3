using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Options of <see cref="LshAttention"/>.</summary>
public sealed record LshAttentionOptions
{
    /// <summary>Tokens of a chunk; samples that are no longer see all of themselves.</summary>
    [Description("tokens of a chunk"), Range(1, 1 << 20)]
    public int Chunk { get; init; } = 16;

    /// <summary>Chunks before its own that a token sees in the order of buckets.</summary>
    [Description("chunks before its own that a token sees"), Range(0, 1 << 10)]
    public int Backward { get; init; } = 1;

    /// <summary>Chunks after its own that a token sees in the order of buckets.</summary>
    [Description("chunks after its own that a token sees"), Range(0, 1 << 10)]
    public int Forward { get; init; }

    /// <summary>Times that tokens are hashed; what near tokens miss in one round they may find in another.</summary>
    [Description("times that tokens are hashed"), Range(1, 64)]
    public int Rounds { get; init; } = 4;

    /// <summary>
    /// Buckets of a round, an even number, or several whose product they are; null for the power of two below twice the chunks of a sample.
    /// </summary>
    [Description("buckets of a round, or factors of them; as many as chunks unless given")]
    public ValueList<int>? Buckets { get; init; }
}
