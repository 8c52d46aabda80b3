using System.Numerics;
using Anyformer.Torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anyformer.Kernels;

/// <summary>
/// The loops of <see cref="ShortAttention"/> over one (batch, head) pair. With weights <c>P = softmax(Q K^T s)</c> and dropout mask <c>M</c>:
/// <c>O = (P∘M) V</c>; backward <c>dV = (P∘M)^T dO</c>, <c>dP = (dO V^T)∘M</c>, <c>dS = P∘(dP - rowsum(dP∘P))</c>, <c>dQ = s dS K</c>, <c>dK = s dS^T Q</c>.
/// </summary>
internal sealed unsafe class ShortAttentionPass<T> : IAttentionPass<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Rows<T> _queries;
    private readonly Rows<T> _keys;
    private readonly Rows<T> _values;
    private readonly T* _weights;
    private readonly bool* _mask;
    private readonly CounterRandom _random;
    private readonly double _dropout;
    private readonly T _scale;

    internal ShortAttentionPass(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor? mask, CounterRandom random, double dropout)
    {
        (_queries, _keys, _values) = (new Rows<T>(queries), new Rows<T>(keys), new Rows<T>(values));
        _weights = (T*)weights.DataPointer;
        _mask = mask is null ? null : (bool*)mask.DataPointer;
        (_random, _dropout) = (random, dropout);
        _scale = T.CreateTruncating(1 / Math.Sqrt(_queries.Width));
    }

    private int Scores => _queries.Tokens * _keys.Tokens;

    /// <inheritdoc/>
    public void Forward(long pair, Rows<T> context)
    {
        var (queries, keys, values, target) = (_queries.Block(pair), _keys.Block(pair), _values.Block(pair), context.Block(pair));
        var kept = stackalloc T[keys.Count];
        for (var query = 0; query < queries.Count; query++)
        {
            var weights = Weights(pair, query);
            keys.Dots(queries.Row(query), weights);
            Softmax(Row(weights), pair, query);
            Drop(pair, query, Row(weights), Row(kept));
            values.Combine(kept, 1, target.Row(query));
        }
    }

    /// <inheritdoc/>
    public void Backward(long pair, Rows<T> gradient, Rows<T> queryGradient, Rows<T> keyGradient, Rows<T> valueGradient)
    {
        var (queries, keys, values, given) = (_queries.Block(pair), _keys.Block(pair), _values.Block(pair), gradient.Block(pair));
        var (queryTarget, keyTarget, valueTarget) = (queryGradient.Block(pair), keyGradient.Block(pair), valueGradient.Block(pair));
        var kept = stackalloc T[Scores];
        var scores = stackalloc T[Scores];
        for (var query = 0; query < queries.Count; query++)
        {
            var weights = Row(Weights(pair, query));
            var row = scores + query * keys.Count;
            Drop(pair, query, weights, Row(kept + query * keys.Count));
            values.Dots(given.Row(query), row);
            ScoreGradients(pair, query, weights, Row(row));
            keys.Combine(row, 1, queryTarget.Row(query));
        }

        for (var key = 0; key < keys.Count; key++)
        {
            given.Combine(kept + key, keys.Count, valueTarget.Row(key));
            queries.Combine(scores + key, keys.Count, keyTarget.Row(key));
        }
    }

    /// <summary>From the gradients of the dropped weights to those of the scores, in place.</summary>
    private void ScoreGradients(long pair, int query, Span<T> weights, Span<T> gradients)
    {
        Drop(pair, query, gradients, gradients);
        var mean = TensorPrimitives.Dot<T>(gradients, weights);
        TensorPrimitives.Subtract(gradients, mean, gradients);
        TensorPrimitives.Multiply(gradients, weights, gradients);
        TensorPrimitives.Multiply(gradients, _scale, gradients);
    }

    private T* Weights(long pair, int query) => _weights + pair * Scores + query * _keys.Tokens;

    private Span<T> Row(T* start) => new(start, _keys.Tokens);

    private void Drop(long pair, int query, ReadOnlySpan<T> source, Span<T> target)
    {
        if (_dropout > 0)
            _random.Drop(source, target, (uint)(pair * Scores + query * _keys.Tokens), _dropout);
        else if (source != target)
            source.CopyTo(target);
    }

    /// <summary>Of a row of products, scaled, over the keys that the query sees.</summary>
    private void Softmax(Span<T> row, long pair, int query)
    {
        TensorPrimitives.Multiply(row, _scale, row);
        if (_mask is not null)
            Hide(row, new ReadOnlySpan<bool>(_mask + pair * Scores + query * row.Length, row.Length));
        var largest = TensorPrimitives.Max<T>(row);
        if (largest == T.NegativeInfinity)
        {
            // A query that sees nothing takes nothing.
            row.Clear();
            return;
        }

        TensorPrimitives.Subtract(row, largest, row);
        TensorPrimitives.Exp(row, row);
        TensorPrimitives.Divide(row, TensorPrimitives.Sum<T>(row), row);
    }

    private static void Hide(Span<T> row, ReadOnlySpan<bool> sees)
    {
        for (var key = 0; key < row.Length; key++)
            if (!sees[key])
                row[key] = T.NegativeInfinity;
    }
}
