using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The heads of <see cref="DisentangledAttention"/>. Records <c>weights</c>, (batch, heads, queries, keys), for inspection.</summary>
internal sealed class DisentangledHeads : Module
{
    private readonly DisentangledAttentionOptions _options;
    private readonly int _heads;

    internal DisentangledHeads(TokenMixerShape shape, DisentangledAttentionOptions options)
    {
        (_options, _heads) = (options, shape.Heads);
        Linear Projection() => new(shape.Width, shape.Heads * shape.HeadWidth);
        (QueryProjection, KeyProjection, ValueProjection) = (Projection(), Projection(), Projection());
        PositionKeyProjection = options.ContentToPosition && !options.SharedProjections ? Projection() : null;
        PositionQueryProjection = options.PositionToContent && !options.SharedProjections ? Projection() : null;
        Distances = HasTerms ? Initialization.Normal(Parameter.Empty(2 * options.Span, shape.Width), deviation: 0.02) : null;
        Dropout = new Dropout(shape.Dropout);
    }

    private bool HasTerms => _options.ContentToPosition || _options.PositionToContent;

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear? PositionKeyProjection { get; }

    private Linear? PositionQueryProjection { get; }

    /// <summary>Vectors of distances, (2 · span, width), from keys far after the query to keys far before it.</summary>
    private Parameter? Distances { get; }

    private Dropout Dropout { get; }

    /// <summary>What the heads give, side by side: (batch, tokens, heads · head width).</summary>
    internal Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        var (queries, keys) = (Heads.Split(QueryProjection.Call(tokens), _heads), Heads.Split(KeyProjection.Call(tokens), _heads));
        var terms = 1 + (_options.ContentToPosition ? 1 : 0) + (_options.PositionToContent ? 1 : 0);
        var scale = 1 / Math.Sqrt(queries.Size(-1) * terms);
        var scores = (queries * scale).MatMul(keys.Transpose(-2, -1));
        if (Distances is not null)
            scores += PositionScores(queries * scale, keys * scale, Distances);
        var visible = mask?.Table(tokens.Size(1), tokens.Size(1), tokens.Device);
        var weights = visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible);
        Recorder.Record(this, "weights", weights);
        var values = Heads.Split(ValueProjection.Call(tokens), _heads);
        return scope.Keep(Heads.Join(Dropout.Call(weights).MatMul(values)));
    }

    /// <summary>What distances add to scores, (batch, heads, tokens, tokens).</summary>
    private Tensor PositionScores(Tensor queries, Tensor keys, Tensor distances)
    {
        var index = Index(queries.Size(2), queries.Device);
        var vectors = distances.Unsqueeze(0);
        Tensor? scores = null;
        if (_options.ContentToPosition)
            scores = ByDistance(queries, (PositionKeyProjection ?? KeyProjection).Call(vectors), index);
        if (!_options.PositionToContent)
            return scores!;
        var ofKeys = ByDistance(keys, (PositionQueryProjection ?? QueryProjection).Call(vectors), index.Transpose(0, 1)).Transpose(-2, -1);
        return scores is null ? ofKeys : scores + ofKeys;
    }

    /// <summary>Products with the vectors of distances, (batch, heads, tokens, tokens), by the number of each pair's.</summary>
    private Tensor ByDistance(Tensor heads, Tensor vectors, Tensor index) =>
        heads.MatMul(Heads.Split(vectors, _heads).Transpose(-2, -1)).Gather(3, index.Expand([heads.Size(0), _heads, -1, -1]));

    /// <summary>The number of the vector of each pair's distance, position of the query minus position of the key: (tokens, tokens).</summary>
    private Tensor Index(long tokens, Device device)
    {
        var distances = -RelativeShift.Distances(tokens, tokens, 0, device);
        if (_options.Buckets > 0)
            distances = RelativeBuckets.Signed(distances, _options.Buckets, _options.MaxDistance);
        return RelativeShift.Spread((distances + _options.Span).Clamp(0, 2 * _options.Span - 1), tokens);
    }
}
