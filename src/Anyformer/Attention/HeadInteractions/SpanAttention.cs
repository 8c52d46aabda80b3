using Anyformer.Attention.Priors;
using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>The sizes of a layer that looks back a limited way.</summary>
/// <param name="Width">Width of a token.</param>
/// <param name="Heads">Heads side by side.</param>
/// <param name="Limit">How many tokens before its own a token sees at most.</param>
/// <param name="Span">How far heads look; null for all up to the limit.</param>
/// <param name="Vectors">Persistent vectors of every head; 0 for none.</param>
/// <param name="Dropout">Probability of dropout on weights.</param>
public sealed record SpanShape(int Width, int Heads, int Limit, AdaptiveSpanOptions? Span, int Vectors, double Dropout);

/// <summary>
/// Every token attends to those before it, not to itself, with a learned score of every distance, within the span of each head (arXiv 1905.07799), and to
/// persistent vectors (arXiv 1907.01470). Projections have no bias.
/// </summary>
internal sealed class SpanAttention : Module
{
    /// <summary>What is never worth cutting off: the authors' code does so in steps of 64.</summary>
    private const int TrimStep = 64;

    private readonly SpanShape _shape;

    public SpanAttention(SpanShape shape)
    {
        _shape = shape;
        Linear Map() => new(shape.Width, shape.Width, bias: false);
        (QueryProjection, KeyProjection, ValueProjection, OutputProjection) = (Map(), Map(), Map(), Map());
        var headWidth = new TokenMixerShape(0, shape.Width, shape.Heads).HeadWidth;
        Span = shape.Span is null ? null : new AdaptiveSpan(new AttentionShape(shape.Heads, headWidth), shape.Span);
        Memory = shape.Vectors == 0 ? null : new PersistentMemory(shape.Heads, headWidth, shape.Vectors);
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    /// <summary>The spans; null where heads see all up to the limit.</summary>
    public AdaptiveSpan? Span { get; }

    private PersistentMemory? Memory { get; }

    private Dropout Dropout { get; }

    /// <summary>What the tokens get, (batch, tokens, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="earlier">As many tokens before them as the limit, (batch, limit, width).</param>
    /// <param name="positions">What a query's product with is the score of a distance, (1, head width, limit), the furthest first.</param>
    public Tensor Call(Tensor tokens, Tensor earlier, Tensor positions)
    {
        using var scope = new TensorScope(this);
        var reach = _shape.Limit - Trimmed();
        // The last token answers nobody of this block.
        var answering = Functional.Cat([earlier.Narrow(1, _shape.Limit - reach, reach), tokens], 1).Narrow(1, 0, reach + tokens.Size(1) - 1);
        var queries = Heads.Split(QueryProjection.Call(tokens), _shape.Heads);
        var (keys, values) = (Heads.Split(KeyProjection.Call(answering), _shape.Heads), Heads.Split(ValueProjection.Call(answering), _shape.Heads));
        var band = new Band(reach - 1, 0);
        var scores = band.Scores(queries, keys) + queries.MatMul(positions.Narrow(-1, _shape.Limit - reach, reach));
        var (weights, recalled) = Weigh(scores, queries);
        var contexts = band.Contexts(Dropout.Call(weights), values);
        if (recalled is not null)
            contexts = contexts + Dropout.Call(recalled).MatMul(Memory!.ScaledValues);
        return scope.Keep(OutputProjection.Call(Heads.Join(contexts)));
    }

    /// <summary>The weights of tokens and of persistent vectors.</summary>
    private (Tensor Weights, Tensor? Recalled) Weigh(Tensor scores, Tensor queries)
    {
        var (reach, scale) = (scores.Size(-1), 1 / Math.Sqrt(queries.Size(-1)));
        Tensor? recalled = null;
        Tensor weights;
        if (Memory is null)
            weights = (scores * scale).Softmax(-1);
        else
        {
            var all = (Functional.Cat([scores, queries.MatMul(Memory.ScaledKeys.Transpose(-2, -1))], -1) * scale).Softmax(-1);
            (weights, recalled) = (all.Narrow(-1, 0, reach), all.Narrow(-1, reach, all.Size(-1) - reach));
        }

        return Span is null ? (weights, recalled) : Span.Limit(weights, Distances(scores), recalled);
    }

    /// <summary>Of the columns of a band, the furthest first.</summary>
    private static Tensor Distances(Tensor scores) => Functional.Arange(scores.Size(-1), device: scores.Device).Flip([0]).To(scores.DType);

    /// <summary>The furthest tokens that no span reaches, in whole steps.</summary>
    private int Trimmed() => Span is null ? 0 : Math.Min(_shape.Limit - 1, _shape.Limit - Span.Reach) / TrimStep * TrimStep;
}
