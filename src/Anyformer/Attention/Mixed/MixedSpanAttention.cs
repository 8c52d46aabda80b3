using System.ComponentModel;
using Anyformer.Attention.Local;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>Options of <see cref="MixedSpanAttention"/>.</summary>
public sealed record MixedSpanAttentionOptions
{
    /// <summary>The layers that see everything, by their numbers from 0.</summary>
    [Description("layers that see all tokens, by their numbers from 0")]
    public ValueList<int> FullLayers { get; init; } = [1];

    /// <summary>What attends in the other layers.</summary>
    [Description("what attends in the other layers: any attention function of the catalog")]
    public Part<AttentionFunction> Local { get; init; } = Blocks(256, 1);

    /// <summary>Whether scores are divided by the root of the head width; GPT-Neo's are not.</summary>
    [Description("scores are divided by the root of the head width")]
    public bool ScalesScores { get; init; } = true;

    /// <summary>Whether queries, keys and values have biases.</summary>
    [Description("queries, keys and values have biases")]
    public bool InputBias { get; init; }

    /// <summary>Attention within blocks.</summary>
    /// <param name="block">Tokens of a block.</param>
    /// <param name="previous">Blocks before its own that a token sees.</param>
    /// <param name="scale">What scores are multiplied by; null for one over the root of the head width.</param>
    public static Part<AttentionFunction> Blocks(int block, int previous, double? scale = null) => Part<AttentionFunction>.Of("local",
        new LocalAttentionOptions { Window = block, Backward = previous, Forward = 0, Exact = false, Scale = scale });

    /// <summary>Attention within a window that slides.</summary>
    /// <param name="window">Tokens that a token sees, itself among them.</param>
    /// <param name="scale">What scores are multiplied by; null for one over the root of the head width.</param>
    public static Part<AttentionFunction> Window(int window, double? scale = null) => Part<AttentionFunction>.Of("local",
        new LocalAttentionOptions { Window = Math.Max(1, window - 1), Backward = Math.Min(1, window - 1), Forward = 0, Scale = scale });
}

/// <summary>
/// Full attention in a few layers of a stack, local attention in the others (Zhang, Ram, Hawkins, Zha and Zhao, MASFormer, Findings of EMNLP 2023, arXiv
/// 2310.12442): the full layers carry what is far, the others cost a block for each token and remember no more while a text is written.
/// </summary>
[Formula(
    "Y = softmax(Q Kᵀ / √d) V in full layers; in others of keys j alone that are open to i",
    "open: floor(i / b) - floor(j / b) ≤ p, or i - j < w",
    Where = "b: tokens of a block; p: blocks before its own that a token sees; w: tokens of a sliding window")]
[Claims(Causal = true)]
[Method("mixed-span", "Mixed attention spans", Family.FixedPatterns, 2023, System = "masformer",
    Paper = "Zhang, Ram, Hawkins, Zha, Zhao, Efficient Long-Range Transformers: You Need to Attend More, but Not Necessarily at Every Layer, Findings of EMNLP 2023, arXiv 2310.12442",
    Complexity = "O(tokens²) in few layers, O(tokens · block) in the others")]
public sealed class MixedSpanAttention : TokenMixer
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or positions cannot be worked into the function.</exception>
    public MixedSpanAttention(TokenMixerShape shape, MixedSpanAttentionOptions options)
    {
        var function = options.FullLayers.Contains(shape.Layer) ? Full(shape, options) : Near(shape, options);
        Attention = new MultiHeadAttention(shape, function, options.InputBias);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => Attention.ReadsOn;

    private MultiHeadAttention Attention { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attention.Call(tokens, mask);

    private static AttentionFunction Full(TokenMixerShape shape, MixedSpanAttentionOptions options) => options switch
    {
        { ScalesScores: true } => HeadFunction.OfSoftmax(shape.Position).Build(shape.OfFunction),
        _ when shape.Position is null => new ModifiedAttention([], shape.Dropout, scale: 1),
        _ => throw new UserException("Positions are worked into scores that are divided by the root of the head width: with 'scales-scores: false', positions must be added to tokens."),
    };

    private static AttentionFunction Near(TokenMixerShape shape, MixedSpanAttentionOptions options)
    {
        var function = new HeadFunction(options.Local, [], shape.Position).Build(shape.OfFunction);
        return function is LocalAttention local ? new ShortOrLocalAttention(local, (LocalAttentionOptions)options.Local.Options!, shape.Dropout) : function;
    }
}
