using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Options of <see cref="EtcAttention"/>.</summary>
public sealed record EtcAttentionOptions
{
    /// <summary>Tokens that a token sees on each side.</summary>
    [Description("tokens that a token sees on each side"), Range(0, 1 << 20)]
    public int Radius { get; init; } = 84;

    /// <summary>Global tokens: a memory that all tokens write to and read from.</summary>
    [Description("global tokens: a memory that all tokens write to and read from"), Range(1, 65536)]
    public int GlobalTokens { get; init; } = 32;

    /// <summary>The greatest distance between tokens that has a learned vector of its own.</summary>
    [Description("greatest distance between tokens that has a learned vector of its own"), Range(0, 1 << 20)]
    public int MaxDistance { get; init; } = 12;

    /// <summary>Input projections that are the same.</summary>
    [Description("input projections that are the same")]
    public ProjectionSharing Sharing { get; init; }

    /// <summary>Whether tokens and memory have the same output projection.</summary>
    [Description("tokens and memory have the same output projection")]
    public bool SharesOutput { get; init; }
}

/// <summary>
/// Global-local attention: tokens see those around them and a few global tokens, which see all; how a key lies to its query has learned vectors, from
/// the direction and the distance (Ainslie et al. 2020, ETC, arXiv 2004.08483, section 2).
/// </summary>
/// <remarks>
/// In the paper the global tokens are a second input that goes along through all layers. As a mixer of one stream the layer has a learned memory
/// in their place: it first reads from the tokens, and the tokens then read from what it has become, so that all see each other in one layer.
/// </remarks>
[Formula(
    "G' = G + attention(G; G, X)",
    "y_i = sum_j softmax_j((q_i·k_j + q_i·r_ij) / √d) v_j over |i - j| ≤ w and all of G'",
    Where = "G, G': memory, learned and filled, (global tokens, width); r: learned vector of how a key lies to its query, (labels, d); "
        + "y: context of a head, (d); w: radius")]
[Claims(Growth = 1)]
[Method("etc", "ETC global-local attention", Family.Memory, 2020,
    Paper = "Ainslie, Ontanon, Alberti, Cvicek, Fisher, Pham, Ravula, Sanghai, Wang, Yang, ETC: Encoding Long and Structured Inputs in "
        + "Transformers, EMNLP 2020, arXiv 2004.08483",
    Complexity = "O(tokens · (radius + global tokens))")]
public sealed class EtcAttention : TokenMixer
{
    private readonly EtcAttentionOptions _options;
    private readonly RelativePositions _positions;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or heads are to be wider or narrower than it.</exception>
    public EtcAttention(TokenMixerShape shape, EtcAttentionOptions options)
    {
        if (shape.InnerWidth is { } inner && inner != shape.Width)
            throw new UserException($"The heads of ETC attention together are as wide as a token, found widths {inner} and {shape.Width}.");
        (_options, _positions) = (options, new RelativePositions(options.MaxDistance));
        Memory = Initialization.Normal(Parameter.Empty(options.GlobalTokens, shape.Width));
        Attention = new GlobalLocalAttention(new GlobalLocalShape(shape.Width, shape.Width, shape.Heads, options.Radius)
        {
            // One label more, for tokens and memory to each other.
            Labels = _positions.Count + 1,
            Sharing = options.Sharing,
            SharesOutput = options.SharesOutput,
            Dropout = shape.Dropout,
        });
    }

    /// <summary>(global tokens, width).</summary>
    private Parameter Memory { get; }

    private GlobalLocalAttention Attention { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The mask is causal or one of pairs.</exception>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("ETC attention");
        mask?.RefuseCausal("ETC attention");
        var memory = Memory.Expand([tokens.Size(0), -1, -1]);
        var across = Functional.Full([1, 1, 1], _positions.Count, dtype: DType.Int64, device: tokens.Device);
        var inMemory = _positions.OfPairs(_options.GlobalTokens, tokens.Device).Unsqueeze(0);
        var filled = memory + Attention.Global.Call(memory, tokens,
            new StreamPairs(null, mask?.Keys?.Unsqueeze(1), inMemory, across.Expand([1, 1, tokens.Size(1)])));
        var near = _positions.OfWindow(_options.Radius, tokens.Device).View([1, 1, -1]);
        return Attention.Long.Call(tokens, filled,
            new StreamPairs(VisibleInWindows(mask?.Keys), null, near, across.Expand([1, 1, _options.GlobalTokens])));
    }

    /// <summary>True at the keys of each window that are no padding, (batch, tokens, 2 radius + 1); null when none is.</summary>
    private Tensor? VisibleInWindows(Tensor? keys) => keys is null ? null : new Band(_options.Radius, _options.Radius).Columns(keys).Squeeze(1);
}
