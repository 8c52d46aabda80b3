using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Options of <see cref="RoutingAttention"/>.</summary>
public sealed record RoutingAttentionOptions
{
    /// <summary>Clusters of a head; null for the square root of the most tokens of a sample.</summary>
    [Description("clusters of a head; the square root of the most tokens of a sample unless given"), Range(1, 1 << 16)]
    public int? Clusters { get; init; }

    /// <summary>Queries, and keys, of a cluster; null for the tokens of a sample shared out among the clusters.</summary>
    [Description("queries and keys of a cluster; the tokens shared out among the clusters unless given"), Range(1, 1 << 20)]
    public int? Window { get; init; }

    /// <summary>Heads that see a window around them instead of clusters; null for half of them.</summary>
    [Description("heads that see a window around them instead of clusters; half of them unless given"), Range(0, 1024)]
    public int? LocalHeads { get; init; }

    /// <summary>Tokens of a window of a local head.</summary>
    [Description("tokens of a window of a local head"), Range(1, 1 << 20)]
    public int LocalWindow { get; init; } = 64;

    /// <summary>Windows on each side of its own that a local head sees.</summary>
    [Description("windows on each side of its own that a local head sees"), Range(0, 1 << 10)]
    public int LocalRadius { get; init; } = 1;

    /// <summary>Whether local heads turn queries and keys by their places in the window.</summary>
    [Description("local heads turn queries and keys by their places in the window")]
    public bool LocalRotary { get; init; } = true;

    /// <summary>Whether queries are keys too; a token then sees itself only where nothing else is left.</summary>
    [Description("queries are keys too, and a token sees itself only where nothing else is left")]
    public bool SharedKeys { get; init; }

    /// <summary>Learned keys and values of every cluster.</summary>
    [Description("learned keys and values of every cluster"), Range(0, 1 << 16)]
    public int Memory { get; init; } = 1;

    /// <summary>How much of a cluster's mean stays in a training step.</summary>
    [Description("how much of a cluster's mean stays in a training step"), Range(0.0, 1.0)]
    public double Decay { get; init; } = 0.999;

    /// <summary>Weight of the loss term that keeps tokens near their means.</summary>
    [Description("weight of the loss term that keeps tokens near their means"), Range(0.0, 1e6)]
    public double Commitment { get; init; } = 1e-4;
}
