using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>What the tokens of a stream may see, and how it lies to them.</summary>
/// <param name="OwnVisible">True where a key of the same stream may be seen, (batch, queries, keys); null when all may.</param>
/// <param name="OtherVisible">The same of the other stream.</param>
/// <param name="OwnLabels">Labels of pairs inside the stream, (batch, queries, keys) or (1, 1, keys); null for none.</param>
/// <param name="OtherLabels">The same of pairs across.</param>
internal readonly record struct StreamPairs(Tensor? OwnVisible, Tensor? OtherVisible, Tensor? OwnLabels, Tensor? OtherLabels);

/// <summary>
/// Attention of the tokens of one stream to those of their own and of another stream, by one softmax (Ainslie et al. 2020, ETC,
/// arXiv 2004.08483, section 2). In a long stream, a token sees its own stream only within a radius.
/// </summary>
internal sealed class StreamAttention : Module
{
    private const double Penalty = 1e4;

    private readonly int _heads;
    private readonly long? _radius;
    private readonly double _scale;

    /// <summary>Attention through projections, which may be shared with other modules.</summary>
    /// <param name="projections">The projections, to and from the width of the stream.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="labels">Kinds of labels; null for none.</param>
    /// <param name="radius">Tokens on each side that a token sees of its own stream; null when it sees all.</param>
    /// <param name="dropout">Probability of dropout on weights.</param>
    internal StreamAttention(StreamProjections projections, int heads, int? labels, long? radius, double dropout)
    {
        var width = projections.Query.Weight.Size(0);
        if (width % heads != 0)
            throw new UserException($"The width must be a multiple of the number of heads, found width {width} and {heads} heads.");
        (_heads, _radius, _scale) = (heads, radius, 1 / Math.Sqrt(width / heads));
        (QueryProjection, OutputProjection) = (projections.Query, projections.Output);
        (OwnKeyProjection, OwnValueProjection) = (projections.OwnKey, projections.OwnValue);
        (OtherKeyProjection, OtherValueProjection) = (projections.OtherKey, projections.OtherValue);
        Labels = labels is { } count ? new RelativeLabels(count, heads, width / heads) : null;
        Dropout = new Dropout(dropout);
    }

    private Linear QueryProjection { get; }

    private Linear OwnKeyProjection { get; }

    private Linear OwnValueProjection { get; }

    private Linear OtherKeyProjection { get; }

    private Linear OtherValueProjection { get; }

    private Linear OutputProjection { get; }

    private RelativeLabels? Labels { get; }

    private Dropout Dropout { get; }

    /// <summary>What the stream's tokens get, (batch, tokens, width).</summary>
    /// <param name="own">(batch, tokens, width).</param>
    /// <param name="other">(batch, other tokens, other width).</param>
    /// <param name="pairs">In a long stream, the own keys of a token are those of its window: 2 radius + 1 columns.</param>
    internal Tensor Call(Tensor own, Tensor other, in StreamPairs pairs)
    {
        using var scope = new TensorScope(this);
        var queries = Heads.Split(QueryProjection.Call(own) * _scale, _heads);
        var (keys, values) = (Heads.Split(OwnKeyProjection.Call(own), _heads), Heads.Split(OwnValueProjection.Call(own), _heads));
        var (otherKeys, otherValues) = (Heads.Split(OtherKeyProjection.Call(other), _heads), Heads.Split(OtherValueProjection.Call(other), _heads));
        var across = Scores(queries, queries.MatMul(otherKeys.Transpose(-2, -1)), pairs.OtherLabels, pairs.OtherVisible);
        var contexts = _radius is { } radius
            ? Local(queries, keys, values, new SharedKeys(across, otherValues), pairs, Band.Within(own.Size(1), radius, radius), radius)
            : SlidingWindow.Weigh(Scores(queries, queries.MatMul(keys.Transpose(-2, -1)), pairs.OwnLabels, pairs.OwnVisible),
                weights => weights.MatMul(values), Dropout, new SharedKeys(across, otherValues));
        return scope.Keep(OutputProjection.Call(Heads.Join(contexts)));
    }

    private Tensor Local(Tensor queries, Tensor keys, Tensor values, SharedKeys across, in StreamPairs pairs, Band band, long radius)
    {
        Tensor? Reached(Tensor? columns) => columns?.Narrow(-1, radius - band.Before, band.Width);
        var inside = band.Columns(Functional.Ones([1, queries.Size(2)], DType.Bool, device: queries.Device)).Squeeze(1);
        var visible = Reached(pairs.OwnVisible) is { } given ? given.LogicalAnd(inside) : inside;
        var scores = Scores(queries, band.Scores(queries, keys), Reached(pairs.OwnLabels), visible);
        return SlidingWindow.Weigh(scores, weights => band.Contexts(weights, values), Dropout, across);
    }

    /// <summary>As published, what may not be seen loses ten thousand points: a query that may see nothing sees everything.</summary>
    private Tensor Scores(Tensor queries, Tensor products, Tensor? labels, Tensor? visible)
    {
        var scores = labels is null || Labels is null ? products : products + Labels.Call(queries, labels, _scale);
        return visible is null ? scores : scores + (visible.To(scores.DType) - 1).Unsqueeze(1) * Penalty;
    }
}
