using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Options of <see cref="DelightAttention"/>.</summary>
public sealed record DelightAttentionOptions
{
    /// <summary>Grouped maps of the unit before attention.</summary>
    [Description("grouped maps before attention"), Range(2, 64)]
    public int Depth { get; init; } = 4;

    /// <summary>Width of the widest map over that of a token.</summary>
    [Description("width of the widest map over that of a token"), Range(0.5, 16)]
    public double WidthMultiplier { get; init; } = 2;

    /// <summary>Most groups of a map; where they do not divide the widths, the largest power of two that does.</summary>
    [Description("most groups of a map"), Range(1, 64)]
    public int MostGroups { get; init; } = 8;

    /// <summary>How many times narrower than a token attention works.</summary>
    [Description("how many times narrower than a token attention works"), Range(1, 16)]
    public int Reduction { get; init; } = 2;

    /// <summary>The activation of the grouped maps.</summary>
    [Description("activation of the grouped maps")]
    public string Activation { get; init; } = "silu";
}

/// <summary>
/// DeLighT's attention: a deep, light unit of grouped maps does the work of many heads, so that one narrow head is enough behind it
/// (Mehta et al., ICLR 2021, arXiv 2008.00623, section 3.2).
/// </summary>
[Formula(
    "U = dextra(X)",
    "Y = softmax(U W_q (U W_k)ᵀ / √r) U W_v W_o",
    Where = "U: (batch, tokens, r); W_q, W_k, W_v: (r, r); W_o: (r, width); r: narrow width")]
[Claims(Causal = true)]
[Method("delight", "DeLighT attention", Family.LightweightBlocks, 2021, System = "architectures",
    Paper = "Mehta, Ghazvininejad, Iyer, Zettlemoyer, Hajishirzi, DeLighT: Deep and Light-weight Transformer, ICLR 2021, arXiv 2008.00623",
    Complexity = "O(tokens²)")]
public sealed class DelightAttention : TokenMixer
{
    /// <summary>Attention of a unit and one head.</summary>
    /// <param name="unit">The unit before attention.</param>
    /// <param name="unitWidth">Width of its output, in which attention works.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="dropout">Probability of dropout on attention weights.</param>
    public DelightAttention(Dextra unit, int unitWidth, int width, double dropout = 0)
    {
        Unit = unit;
        Linear Map() => new(unitWidth, unitWidth);
        Attention = new MultiHeadAttention(1, Map(), Map(), Map(), new Linear(unitWidth, width), new SoftmaxAttention(dropout));
    }

    /// <summary>Attention as a part of a host; the heads of the shape do not matter, it has one.</summary>
    /// <exception cref="UserException">A token is narrower than the reduction.</exception>
    public DelightAttention(TokenMixerShape shape, DelightAttentionOptions options)
        : this(UnitOf(shape, options), Narrow(shape, options), shape.Width, shape.Dropout) { }

    private Dextra Unit { get; }

    private MultiHeadAttention Attention { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attention.Call(Unit.Call(tokens), mask);

    private static int Narrow(TokenMixerShape shape, DelightAttentionOptions options) => shape.Width >= options.Reduction
        ? shape.Width / options.Reduction
        : throw new UserException($"DeLighT needs tokens at least as wide as its reduction, found width {shape.Width} and reduction {options.Reduction}.");

    private static Dextra UnitOf(TokenMixerShape shape, DelightAttentionOptions options)
    {
        var narrow = Narrow(shape, options);
        var groups = Math.Min(1 << BitOperations.TrailingZeroCount(narrow), 1 << BitOperations.Log2((uint)options.MostGroups));
        var plan = GroupPlan.Dextra(narrow, narrow, shape.Width * options.WidthMultiplier, options.Depth, groups);
        return new Dextra(shape.Width, plan, Activations.Named(options.Activation), dropout: shape.Dropout);
    }
}
