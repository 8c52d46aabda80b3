using System.ComponentModel;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Options of <see cref="ComposedAttention"/>.</summary>
public sealed record ComposedAttentionOptions
{
    /// <summary>What attends within each head.</summary>
    [Description("what attends within each head: any attention function of the catalog")]
    public Part<AttentionFunction> Function { get; init; } = Part<AttentionFunction>.Of("softmax");

    /// <summary>What heads share or do with one another; null for heads side by side.</summary>
    [Description("what heads share or do with one another: talking, grouped-query, collaborative ...; side by side when left out")]
    public Part<HeadInteraction>? Heads { get; init; }

    /// <summary>What changes scores or weights, in order.</summary>
    [Description("what changes scores before, or weights after the softmax, in order")]
    public ValueList<Part<ScoreModifier>> Scores { get; init; } = [];
}

/// <summary>
/// Multi-head attention put together from its parts: a function within each head, what heads do with one another, what changes scores, and the positions
/// of the host. In a recipe: <c>attention: {function: performer, heads: talking}</c>.
/// </summary>
[Formula(
    "Y = heads(function(Q', K', V; S' = modified(S))) W_o, Q' and K' turned by the positions of the host",
    Where = "Q', K': (batch, heads, tokens, d); S': scores after the modifiers, (batch, heads, queries, keys)")]
[Method("composed", "Attention put together from parts", Family.SoftmaxAttention, 2021,
    Paper = "Lin, Wang, Liu, Qiu, A Survey of Transformers, arXiv 2106.04554, section 4", Complexity = "O(what the function costs)", System = "head-interactions")]
[Claims(Causal = true)]
public sealed class ComposedAttention : TokenMixer
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The parts do not go together, or not with the sizes.</exception>
    public ComposedAttention(TokenMixerShape shape, ComposedAttentionOptions options)
    {
        var function = new HeadFunction(options.Function, options.Scores, shape.Position);
        Mixer = options.Heads is { } heads
            ? heads.Build(shape with { Function = function })
            : new MultiHeadAttention(shape, function.Build(shape.OfFunction));
    }

    /// <inheritdoc/>
    public override bool ReadsOn => Mixer.ReadsOn;

    private TokenMixer Mixer { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Mixer.Call(tokens, mask);
}
