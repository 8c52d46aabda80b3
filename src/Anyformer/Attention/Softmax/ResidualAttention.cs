using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>
/// The attention scores of the layers so far, before the softmax, as the factors of their product: a sum of products <c>Q1 K1^T + Q2 K2^T</c> is
/// the one product <c>[Q1 Q2] [K1 K2]^T</c>, so no map of scores has to be kept from layer to layer.
/// </summary>
/// <param name="Queries">(batch, tokens, heads, layers · key width), scaled.</param>
/// <param name="Keys">(batch, tokens, heads, layers · key width).</param>
public readonly record struct ResidualScores(Tensor Queries, Tensor Keys);

/// <summary>
/// Multi-head self-attention whose scores are added to those of the layers before (He, Ravula, Kanagal and Ainslie 2020, RealFormer,
/// arXiv 2012.11747, section 3). The scores pass from layer to layer in the caller's hand; without earlier ones it is ordinary attention.
/// </summary>
public sealed class ResidualAttention : Module
{
    private readonly long _heads;

    /// <summary>Attention of some heads.</summary>
    /// <param name="width">Width of a token.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="keyWidth">Width of a head's queries and keys.</param>
    /// <param name="valueWidth">Width of a head's values.</param>
    /// <param name="function">What attends, dividing scores by the root of the queries' width; it sees queries of several layers joined.</param>
    /// <param name="dropout">Probability of dropout on the result.</param>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public ResidualAttention(long width, long heads, long keyWidth, long valueWidth, AttentionFunction function, double dropout = 0)
    {
        if (width % heads != 0)
            throw new UserException($"The width must be a multiple of the number of heads, found width {width} and {heads} heads.");
        _heads = heads;
        QueryProjection = new Linear(width, heads * keyWidth);
        KeyProjection = new Linear(width, heads * keyWidth);
        ValueProjection = new Linear(width, heads * valueWidth);
        OutputProjection = new Linear(heads * valueWidth, width);
        Scale = Tensor.From((float)(1 / Math.Sqrt(width / heads))).OutliveScopes();
        Function = function;
        Dropout = new Dropout(dropout);
    }

    /// <summary>Attention with given projections, whose scores are divided by the root of the queries' width.</summary>
    internal ResidualAttention(
        long heads, Linear queryProjection, Linear keyProjection, Linear valueProjection, Linear outputProjection, AttentionFunction function)
    {
        _heads = heads;
        (QueryProjection, KeyProjection, ValueProjection) = (queryProjection, keyProjection, valueProjection);
        OutputProjection = outputProjection;
        Function = function;
        Dropout = new Dropout(0);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    /// <summary>What products of queries and keys are multiplied by, where published checkpoints hold it.</summary>
    [Buffer]
    private Tensor? Scale { get; }

    private AttentionFunction Function { get; }

    private Dropout Dropout { get; }

    /// <summary>The mixed tokens, (batch, tokens, width), and the scores to hand to the next layer.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="earlier">The scores that the layer before gave; null for none.</param>
    /// <param name="mask">What may not be seen; the scores that are handed on know nothing of it. Null lets every token see all.</param>
    public (Tensor Tokens, ResidualScores Scores) Call(Tensor tokens, ResidualScores? earlier = null, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        var queries = SplitHeads(QueryProjection.Call(tokens));
        queries = Scale is null ? queries / Math.Sqrt(queries.Size(-1)) : queries * Scale;
        var keys = SplitHeads(KeyProjection.Call(tokens));
        var values = SplitHeads(ValueProjection.Call(tokens));
        if (earlier is { } before)
            (queries, keys) = (Functional.Cat([before.Queries, queries], -1), Functional.Cat([before.Keys, keys], -1));
        // The queries are scaled already, so what the function is going to divide by is put in.
        var unscaled = queries * Math.Sqrt(queries.Size(-1));
        var contexts = Function.Call(unscaled.Transpose(1, 2), keys.Transpose(1, 2), values.Transpose(1, 2), mask);
        var mixed = Dropout.Call(OutputProjection.Call(contexts.Transpose(1, 2).Flatten(2)));
        return (scope.Keep(mixed), new ResidualScores(scope.Keep(queries), scope.Keep(keys)));
    }

    /// <summary>(batch, tokens, heads · head width) to (batch, tokens, heads, head width).</summary>
    private Tensor SplitHeads(Tensor tokens) => tokens.View([tokens.Size(0), tokens.Size(1), _heads, tokens.Size(2) / _heads]);
}
