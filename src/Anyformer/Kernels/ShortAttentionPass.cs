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
        var kept = stackalloc T[_keys.Tokens];
        for (var query = 0; query < _queries.Tokens; query++)
        {
            var weights = Weights(pair, query);
            for (var key = 0; key < _keys.Tokens; key++)
                weights[key] = Sees(pair, query, key) ? _scale * Rows<T>.Dot(_queries.Row(pair, query), _keys.Row(pair, key), _queries.Width) : T.NegativeInfinity;
            Softmax(weights);
            Drop(pair, query, weights, new Span<T>(kept, _keys.Tokens));
            var target = context.Row(pair, query);
            new Span<T>(target, _values.Width).Clear();
            for (var key = 0; key < _keys.Tokens; key++)
                Rows<T>.AddScaled(target, kept[key], _values.Row(pair, key), _values.Width);
        }
    }

    /// <inheritdoc/>
    public void Backward(long pair, Rows<T> gradient, Rows<T> queryGradient, Rows<T> keyGradient, Rows<T> valueGradient)
    {
        var kept = stackalloc T[_keys.Tokens];
        var scores = stackalloc T[_keys.Tokens];
        for (var key = 0; key < _keys.Tokens; key++)
        {
            new Span<T>(keyGradient.Row(pair, key), _keys.Width).Clear();
            new Span<T>(valueGradient.Row(pair, key), _values.Width).Clear();
        }

        for (var query = 0; query < _queries.Tokens; query++)
        {
            var weights = Weights(pair, query);
            Drop(pair, query, weights, new Span<T>(kept, _keys.Tokens));
            var output = gradient.Row(pair, query);
            for (var key = 0; key < _keys.Tokens; key++)
            {
                scores[key] = Rows<T>.Dot(output, _values.Row(pair, key), _values.Width);
                Rows<T>.AddScaled(valueGradient.Row(pair, key), kept[key], output, _values.Width);
            }

            ScoreGradients(pair, query, weights, new Span<T>(scores, _keys.Tokens));
            SpreadScores(pair, query, scores, queryGradient, keyGradient);
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

    private void SpreadScores(long pair, int query, T* scores, Rows<T> queryGradient, Rows<T> keyGradient)
    {
        var target = queryGradient.Row(pair, query);
        new Span<T>(target, _queries.Width).Clear();
        for (var key = 0; key < _keys.Tokens; key++)
        {
            Rows<T>.AddScaled(target, scores[key], _keys.Row(pair, key), _queries.Width);
            Rows<T>.AddScaled(keyGradient.Row(pair, key), scores[key], _queries.Row(pair, query), _queries.Width);
        }
    }

    private Span<T> Weights(long pair, int query) => new(_weights + pair * Scores + query * _keys.Tokens, _keys.Tokens);

    private bool Sees(long pair, int query, int key) => _mask is null || _mask[pair * Scores + query * _keys.Tokens + key];

    private void Drop(long pair, int query, ReadOnlySpan<T> source, Span<T> target)
    {
        if (_dropout > 0)
            _random.Drop(source, target, (uint)(pair * Scores + query * _keys.Tokens), _dropout);
        else if (source != target)
            source.CopyTo(target);
    }

    private static void Softmax(Span<T> row)
    {
        TensorPrimitives.Subtract(row, TensorPrimitives.Max<T>(row), row);
        TensorPrimitives.Exp(row, row);
        TensorPrimitives.Divide(row, TensorPrimitives.Sum<T>(row), row);
    }
}
