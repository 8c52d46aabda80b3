using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Attention.Prototypes;

/// <summary>Options of <see cref="ClusteredAttention"/>.</summary>
public record ClusteredAttentionOptions
{
    /// <summary>Clusters of the queries of a sample; no more than there are queries.</summary>
    [Description("clusters of the queries of a sample"), Range(1, 1 << 16)]
    public int Clusters { get; init; } = 100;

    /// <summary>Iterations of k-means.</summary>
    [Description("iterations of k-means"), Range(1, 1000)]
    public int Iterations { get; init; } = 10;

    /// <summary>Bits of the hash that stands for a query.</summary>
    [Description("bits of the hash that stands for a query"), Range(1, 63)]
    public int Bits { get; init; } = 63;

    /// <summary>Whether hash planes miss the origin, so that near is a matter of distance and not of direction alone.</summary>
    [Description("hash planes miss the origin, so that distance counts and not direction alone")]
    public bool HashBias { get; init; } = true;

    /// <summary>What scores are multiplied by; null for 1 / sqrt(head width).</summary>
    [Description("what scores are multiplied by; 1 / sqrt(head width) unless given"), Range(0.0, 1e6)]
    public double? Scale { get; init; }
}

/// <summary>Options of <see cref="ImprovedClusteredAttention"/>.</summary>
public sealed record ImprovedClusteredAttentionOptions : ClusteredAttentionOptions
{
    /// <summary>Keys of a cluster whose scores are computed for every query.</summary>
    [Description("keys of a cluster whose scores are computed for every query"), Range(1, 1 << 16)]
    public int Keys { get; init; } = 32;
}
