using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="TalkingHeadsAttention"/>.</summary>
public sealed record TalkingHeadsAttentionOptions
{
    /// <summary>Heads that queries and keys have; null for as many as the softmax.</summary>
    [Description("heads of queries and keys; without it, as many as the softmax has"), Range(1, 1024)]
    public int? KeyHeads { get; init; }

    /// <summary>Heads that values have; null for as many as the softmax.</summary>
    [Description("heads of values; without it, as many as the softmax has"), Range(1, 1024)]
    public int? ValueHeads { get; init; }
}

/// <summary>
/// Talking-heads attention in its general form: queries and keys, the softmax, and values each have a number of heads of their own, with linear maps over
/// heads between them (arXiv 2003.02436, section 4). Projections have no bias. Records <c>weights</c>, (batch, heads, queries, keys).
/// </summary>
/// <remarks>
/// Mixed scores are scores of wider queries and keys, and mixed weights act on wider values, so that functions which make no map of weights can have
/// heads that talk too: the same numbers, at the cost of heads that are as wide as all of them together.
/// </remarks>
[Formula(
    "S_a = sum_b M_ab Q_b K_bᵀ / √d, A = softmax(S)",
    "Y = [sum_a N_ca A_a V_c for each value head c] W_o",
    Where = "Q, K: (batch, key heads, tokens, d); V: (batch, value heads, tokens, d); M: (heads, key heads); N: (value heads, heads); "
        + "a, b, c: heads of the softmax, of keys, of values")]
[Claims(Causal = true)]
[Method("talking-heads-attention", "Talking-heads attention of three head counts", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Shazeer, Lan, Cheng, Ding, Hou, Talking-Heads Attention, arXiv 2003.02436", Complexity = "O(tokens²), or heads times what the function costs", Aliases = ["talking"])]
public sealed class TalkingHeadsAttention : HeadInteraction
{
    private readonly int _keyHeads;
    private readonly int _valueHeads;

    /// <summary>Attention with fresh weights; every head is as wide as the shape says.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public TalkingHeadsAttention(TokenMixerShape shape, TalkingHeadsAttentionOptions options)
        : this(shape, options.KeyHeads ?? shape.Heads, shape.HeadWidth, options.ValueHeads ?? shape.Heads, shape.HeadWidth) { }

    internal TalkingHeadsAttention(TokenMixerShape shape, int keyHeads, int keyWidth, int valueHeads, int valueWidth)
    {
        (_keyHeads, _valueHeads) = (keyHeads, valueHeads);
        Linear In(int inner) => new(shape.Width, inner, bias: false);
        QueryProjection = In(keyHeads * keyWidth);
        KeyProjection = In(keyHeads * keyWidth);
        ValueProjection = In(valueHeads * valueWidth);
        OutputProjection = new Linear(valueHeads * valueWidth, shape.Width, bias: false);
        ScoreMixing = new HeadMixing(keyHeads, shape.Heads);
        WeightMixing = new HeadMixing(shape.Heads, valueHeads);
        Dropout = new Dropout(shape.Dropout);
        var function = FunctionOf(shape);
        if (function.IsPlainSoftmax)
            return;
        var asking = new AttentionShape(keyHeads, keyWidth, shape.Dropout, shape.Tokens) { Layer = shape.Layer };
        Positions = function.TurningPositions(asking);
        Function = function.BuildCore(asking with { Heads = shape.Heads, HeadWidth = keyHeads * keyWidth }, valueHeads * valueWidth);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private HeadMixing ScoreMixing { get; }

    private HeadMixing WeightMixing { get; }

    private Dropout Dropout { get; }

    /// <summary>What tells queries and keys where they stand, before heads talk; null for nothing.</summary>
    private PositionEncoding? Positions { get; }

    /// <summary>What attends instead of the softmax; null for the softmax.</summary>
    private AttentionFunction? Function { get; }

    /// <summary>Cross-attention: the tokens ask, those of a context answer.</summary>
    /// <param name="tokens">(batch, queries, width).</param>
    /// <param name="context">(batch, keys, width).</param>
    /// <param name="mask">What may not be seen of the context; null lets the tokens see all.</param>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attend(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attend(tokens, tokens, mask);

    private Tensor Attend(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        var queries = Heads.Split(QueryProjection.Call(tokens), _keyHeads);
        var keys = Heads.Split(KeyProjection.Call(context), _keyHeads);
        var values = Heads.Split(ValueProjection.Call(context), _valueHeads);
        if (Positions is not null)
            (queries, keys) = (Positions.CallQueries(queries, Math.Max(0, keys.Size(2) - queries.Size(2))), Positions.CallKeys(keys));
        var contexts = Function is null ? WithSoftmax(queries, keys, values, mask) : WithFunction(Function, queries, keys, values, mask);
        return OutputProjection.Call(Heads.Join(contexts));
    }

    private Tensor WithSoftmax(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var scores = ScoreMixing.Call((queries / Math.Sqrt(queries.Size(-1))).MatMul(keys.Transpose(-2, -1)));
        var weights = MaskedSoftmax.Of(scores, mask);
        Recorder.Record(this, "weights", weights);
        return WeightMixing.Call(Dropout.Call(weights)).MatMul(values);
    }

    /// <summary>
    /// Scores mixed over heads are <c>Σg L(h, g) q(g) · k(g)</c>, the product of joined queries, weighed by L, and joined keys; contexts of the joined
    /// values hold every product of weights and values, of which the mixture of weights takes a sum.
    /// </summary>
    private Tensor WithFunction(AttentionFunction function, Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        // The function divides scores by the root of the joined width instead of that of a head.
        var weighed = (queries.Transpose(1, 2).Unsqueeze(1) * (ScoreMixing.Weight.View([1, -1, 1, _keyHeads, 1]) * Math.Sqrt(_keyHeads))).Flatten(3);
        Tensor Joined(Tensor heads) => Heads.Join(heads).Unsqueeze(1).Expand([-1, weighed.Size(1), -1, -1]);
        var contexts = function.Call(weighed, Joined(keys), Joined(values), mask).Unflatten(3, [_valueHeads, -1]);
        var mixing = WeightMixing.Weight.Transpose(0, 1).View([1, -1, 1, _valueHeads, 1]);
        return (contexts * mixing).Sum([1]).Transpose(1, 2);
    }
}
