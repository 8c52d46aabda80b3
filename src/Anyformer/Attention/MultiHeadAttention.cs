using Anyformer.Attention.Decoding;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// Projects tokens to queries, keys and values, attends in several heads side by side, and projects the joined contexts back
/// (Vaswani et al. 2017, arXiv 1706.03762, section 3.2.2). The head that attends is any <see cref="AttentionFunction"/>.
/// </summary>
public sealed class MultiHeadAttention : CrossMixer, IValuePath
{
    private readonly int _heads;

    /// <summary>Attention of <paramref name="heads"/> heads, each width / heads wide.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public MultiHeadAttention(int width, int heads, AttentionFunction function) : this(new TokenMixerShape(0, width, heads), function) { }

    /// <summary>Attention whose heads attend as a part of the catalog does.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the part cannot be built for them.</exception>
    public MultiHeadAttention(int width, int heads, Part<AttentionFunction> function, double dropout)
        : this(width, heads, function.Build(new TokenMixerShape(0, width, heads, dropout).OfFunction with { Tokens = null })) { }

    /// <summary>Attention whose heads together may be wider or narrower than a token.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="function">What the heads do.</param>
    /// <param name="inputBias">Whether queries, keys and values have biases; many later codes leave them out.</param>
    /// <param name="contextWidth">Width of the tokens that answer in cross-attention; null for that of those that ask.</param>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public MultiHeadAttention(TokenMixerShape shape, AttentionFunction function, bool inputBias = true, int? contextWidth = null)
    {
        var (inner, answering) = (shape.Heads * shape.HeadWidth, contextWidth ?? shape.Width);
        _heads = shape.Heads;
        QueryProjection = new Linear(shape.Width, inner, inputBias);
        KeyProjection = new Linear(answering, inner, inputBias);
        ValueProjection = new Linear(answering, inner, inputBias);
        OutputProjection = new Linear(inner, shape.Width);
        Function = function;
    }

    /// <summary>Attention with given projections: maps without bias, keys and values of widths of their own.</summary>
    /// <param name="heads">Heads side by side; the width of every projection is a multiple of it.</param>
    /// <param name="queryProjection">From tokens to the queries of all heads.</param>
    /// <param name="keyProjection">From tokens, or those of a context, to keys as wide as the queries.</param>
    /// <param name="valueProjection">From tokens, or those of a context, to values.</param>
    /// <param name="outputProjection">From the contexts of all heads, as wide as the values, to tokens.</param>
    /// <param name="function">What the heads do.</param>
    /// <param name="contextNorm">A normalisation of the joined contexts before the output projection (Magneto, arXiv 2210.06423); null for none.</param>
    public MultiHeadAttention(
        int heads, Linear queryProjection, Linear keyProjection, Linear valueProjection, Linear outputProjection, AttentionFunction function,
        NormalizationLayer? contextNorm = null)
    {
        ContextNorm = contextNorm;
        _heads = heads;
        (QueryProjection, KeyProjection, ValueProjection) = (queryProjection, keyProjection, valueProjection);
        OutputProjection = outputProjection;
        Function = function;
    }

    /// <inheritdoc/>
    public override bool ReadsOn => Function.ReadsOn;

    IEnumerable<Parameter> IValuePath.ValuePath => [ValueProjection.Weight, OutputProjection.Weight];

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private AttentionFunction Function { get; }

    private NormalizationLayer? ContextNorm { get; }

    /// <summary>Self-attention of new tokens to those before and to themselves, as under a causal mask, going on from a state.</summary>
    /// <param name="tokens">(batch, new tokens, width).</param>
    /// <param name="state">What the step before gave; null at the first token.</param>
    /// <returns>The mixed new tokens, and the state to hand to the step after.</returns>
    /// <exception cref="UserException">The heads' function cannot go on token by token.</exception>
    public (Tensor Tokens, IReadOnlyList<Tensor> State) Step(Tensor tokens, IReadOnlyList<Tensor>? state = null)
    {
        if (Function is not IRecurrentAttention recurrent)
            throw new UserException($"{Function.GetType().Name} cannot go on token by token; choose a recurrent attention function.");
        using var scope = new TensorScope();
        var (queries, keys, values) = Projected(tokens, tokens);
        var (contexts, next) = recurrent.Step(Heads.Split(queries, _heads), Heads.Split(keys, _heads), Heads.Split(values, _heads), state);
        return (scope.Keep(OutputProjection.Call(Joined(contexts))), scope.Keep((Tensor[])[.. next]));
    }

    /// <summary>
    /// Cross-attention to what <paramref name="source"/> gives when others ask it. Nothing lies between its output projection and the key and value
    /// projections here, so each pair is one map: the same result, with a product less for every token of the source.
    /// </summary>
    /// <param name="tokens">(batch, queries, width).</param>
    /// <param name="source">The attention to attend to.</param>
    /// <param name="asking">What the source is asked with, (batch, keys, width) or fewer samples.</param>
    /// <param name="context">What the source answers from, (batch, source keys, width).</param>
    internal Tensor CallOn(Tensor tokens, MultiHeadAttention source, Tensor asking, Tensor context)
    {
        using var scope = new TensorScope(this);
        var contexts = source.Contexts(source.QueryProjection.Call(asking), source.KeyProjection.Call(context), source.ValueProjection.Call(context), mask: null);
        var (keys, values) = (KeyProjection.CallAfter(source.OutputProjection, contexts), ValueProjection.CallAfter(source.OutputProjection, contexts));
        return scope.Keep(OutputProjection.Call(Contexts(QueryProjection.Call(tokens), keys, values, mask: null)));
    }

    /// <summary>Attention that counts tokens as often as others they stand for, and tells by which keys it found them.</summary>
    /// <param name="tokens">(batch, queries, width), or one sample that asks again for each of the context.</param>
    /// <param name="context">(batch, keys, context width).</param>
    /// <param name="counts">How often each token of the context counts, (batch, keys, 1); null counts each once.</param>
    /// <returns>The mixed tokens, and the keys, (batch, heads, keys, head width).</returns>
    /// <exception cref="UserException">The heads' function cannot count keys.</exception>
    internal (Tensor Tokens, Tensor Keys) CallWithKeys(Tensor tokens, Tensor context, Tensor? counts)
    {
        using var scope = new TensorScope();
        var (asking, answering, given) = Projected(tokens, context);
        var (keys, values) = (Heads.Split(answering, _heads), Heads.Split(given, _heads));
        var queries = Heads.Split(Repeat(asking, keys.Size(0)), _heads);
        var contexts = counts is null ? Function.Call(queries, keys, values) : Proportional.Of(Function).Call(queries, keys, values, counts);
        return scope.Keep((OutputProjection.Call(Joined(contexts)), keys));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attend(tokens, tokens, mask);

    /// <inheritdoc/>
    /// <remarks>The tokens may be those of fewer samples, which ask again for every so many samples of the context.</remarks>
    /// <exception cref="UserException">The batch of the context is no multiple of that of the tokens.</exception>
    protected override Tensor Forward(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        if (DecodingState.Current is not { } state)
            return Attend(tokens, context, mask);
        var (keys, values) = state.Next().Once(() => (KeyProjection.Call(context), ValueProjection.Call(context)));
        return OutputProjection.Call(Contexts(QueryProjection.Call(tokens), keys, values, mask));
    }

    /// <inheritdoc/>
    private protected override Tensor ForwardOnto(Tensor residual, Tensor tokens, AttentionMask? mask) => OutputProjection.CallOnto(residual, Attended(tokens, tokens, mask));

    private Tensor Attend(Tensor tokens, Tensor context, AttentionMask? mask) => OutputProjection.Call(Attended(tokens, context, mask));

    /// <summary>The contexts of all heads, side by side.</summary>
    private Tensor Attended(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        var (queries, keys, values) = Projected(tokens, context);
        var contexts = Contexts(queries, keys, values, mask);
        Recorder.Record(this, "tokens", tokens);
        Recorder.Record(this, "context", context);
        Recorder.Record(this, "contexts", contexts);
        return contexts;
    }

    /// <summary>In this order, as in most other codes: the gradients of the three are added up in it, to the last digit.</summary>
    private (Tensor Queries, Tensor Keys, Tensor Values) Projected(Tensor tokens, Tensor context)
    {
        if (ReferenceEquals(tokens, context))
        {
            var projected = Linear.CallEach(tokens, QueryProjection, KeyProjection, ValueProjection);
            return (projected[0], projected[1], projected[2]);
        }

        var queries = QueryProjection.Call(tokens);
        var answers = Linear.CallEach(context, KeyProjection, ValueProjection);
        return (queries, answers[0], answers[1]);
    }

    /// <summary>What the heads give, side by side: (batch, queries, width).</summary>
    private Tensor Contexts(Tensor asking, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var queries = Repeat(asking, keys.Size(0));
        return Joined(Function.Call(Heads.Split(queries, _heads), Heads.Split(keys, _heads), Heads.Split(values, _heads), mask));
    }

    private Tensor Joined(Tensor contexts)
    {
        var joined = Heads.Join(HeadMask.Apply(contexts));
        return ContextNorm is null ? joined : ContextNorm.Call(joined);
    }

    /// <summary>The projected tokens of few samples, again and again for a larger batch.</summary>
    private static Tensor Repeat(Tensor tokens, long batch)
    {
        var samples = tokens.Size(0);
        if (samples == batch)
            return tokens;
        if (batch % samples != 0)
            throw new UserException($"The samples of a context must be a multiple of those that ask, found {batch} and {samples}.");
        return tokens.Expand([batch / samples, -1, -1, -1]).Reshape([batch, tokens.Size(1), tokens.Size(2)]);
    }
}
