using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
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
[Claims(Causal = true)]
[Method("talking-heads-attention", "Talking-heads attention of three head counts", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Shazeer, Lan, Cheng, Ding, Hou, Talking-Heads Attention, arXiv 2003.02436", Complexity = "O(tokens²)")]
public sealed class TalkingHeadsAttention : TokenMixer
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
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private HeadMixing ScoreMixing { get; }

    private HeadMixing WeightMixing { get; }

    private Dropout Dropout { get; }

    /// <summary>Cross-attention: the tokens ask, those of a context answer.</summary>
    /// <param name="tokens">(batch, queries, width).</param>
    /// <param name="context">(batch, keys, width).</param>
    /// <param name="mask">What may not be seen of the context; null lets the tokens see all.</param>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        return scope.Keep(Attend(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attend(tokens, tokens, mask);

    private Tensor Attend(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        var queries = Heads.Split(QueryProjection.Call(tokens), _keyHeads);
        var keys = Heads.Split(KeyProjection.Call(context), _keyHeads);
        var scores = ScoreMixing.Call((queries / Math.Sqrt(queries.Size(-1))).MatMul(keys.Transpose(-2, -1)));
        var weights = MaskedSoftmax.Of(scores, mask);
        Recorder.Record(this, "weights", weights);
        var values = Heads.Split(ValueProjection.Call(context), _valueHeads);
        return OutputProjection.Call(Heads.Join(WeightMixing.Call(Dropout.Call(weights)).MatMul(values)));
    }
}
