using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Attention.Local;

/// <summary>What tells the tokens of a window apart by their places.</summary>
public enum LocalPositions
{
    /// <summary>Nothing: what a host adds to tokens must do.</summary>
    None,

    /// <summary>Queries and keys are turned by their places in the window (<see cref="Anyformer.Positions.Rotary"/>).</summary>
    Rotary,

    /// <summary>Turned, and scores shrink with the distance (Sun et al. 2022, arXiv 2212.10554).</summary>
    Xpos,
}

/// <summary>Options of <see cref="LocalAttention"/>.</summary>
public sealed record LocalAttentionOptions
{
    /// <summary>Tokens of a window.</summary>
    [Description("tokens of a window"), Range(1, 1 << 20)]
    public int Window { get; init; } = 64;

    /// <summary>Windows before its own that a query sees.</summary>
    [Description("windows before its own that a query sees"), Range(0, 1 << 10)]
    public int Backward { get; init; } = 1;

    /// <summary>Windows after its own that a query sees; none under a causal mask.</summary>
    [Description("windows after its own that a query sees, none under a causal mask"), Range(0, 1 << 10)]
    public int Forward { get; init; } = 1;

    /// <summary>Whether every query sees equally far, by whole windows from its own place, instead of all of its own and the other windows.</summary>
    [Description("every query sees equally far, instead of all of its own and the other windows")]
    public bool Exact { get; init; } = true;

    /// <summary>Whether the last window is followed by the first.</summary>
    [Description("the last window is followed by the first")]
    public bool Circular { get; init; }

    /// <summary>What tells places apart.</summary>
    [Description("what tells the places in a window apart")]
    public LocalPositions Positions { get; init; }

    /// <summary>Tokens over which xpos scores shrink; null for half a window.</summary>
    [Description("tokens over which xpos scores shrink; half a window unless given"), Range(1, 1 << 20)]
    public int? XposScale { get; init; }

    /// <summary>
    /// Whether a host gives its queries as keys: keys are then brought to length 1, and a token sees itself only where nothing else is left.
    /// </summary>
    [Description("for hosts whose queries are their keys: unit keys, and a token sees itself only where nothing else is left")]
    public bool SharedKeys { get; init; }

    /// <summary>What scores are multiplied by; null for 1 / sqrt(head width).</summary>
    [Description("what scores are multiplied by; 1 / sqrt(head width) unless given"), Range(0.0, 1e6)]
    public double? Scale { get; init; }

    /// <summary>
    /// Whether the zeros that fill up the last window are seen where no mask hides them, as the reference implementation does; it matters for
    /// weights that were trained so.
    /// </summary>
    [Description("the zeros that fill up the last window are seen where no mask hides them, as by the reference implementation")]
    public bool SeesFilling { get; init; }

    /// <summary>Whether a table of pairs tells all of it: scores are products, and nothing is seen beside tokens.</summary>
    internal bool IsPlain => this is { Circular: false, SharedKeys: false, SeesFilling: false, Positions: LocalPositions.None };
}
