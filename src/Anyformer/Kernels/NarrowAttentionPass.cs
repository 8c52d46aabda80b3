using System.Numerics;
using System.Runtime.CompilerServices;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// What <see cref="ShortAttentionPass{T}"/> computes, for heads so narrow that their rows do not fill a vector register: keys and values are turned
/// over first, so that registers run along the keys.
/// </summary>
internal sealed unsafe class NarrowAttentionPass<T> : IAttentionPass<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostTurned = 1 << 13;

    private readonly Rows<T> _queries;
    private readonly Rows<T> _keys;
    private readonly Rows<T> _values;
    private readonly T* _weights;
    private readonly bool* _mask;
    private readonly CounterRandom _random;
    private readonly double _dropout;
    private readonly T _scale;
    private readonly int _lanes;

    internal NarrowAttentionPass(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor? mask, CounterRandom random, double dropout)
    {
        (_queries, _keys, _values) = (new Rows<T>(queries), new Rows<T>(keys), new Rows<T>(values));
        _weights = (T*)weights.DataPointer;
        _mask = mask is null ? null : (bool*)mask.DataPointer;
        (_random, _dropout) = (random, dropout);
        _scale = T.CreateTruncating(1 / Math.Sqrt(_queries.Width));
        _lanes = Lanes(_keys.Tokens);
    }

    private int Scores => _queries.Tokens * _keys.Tokens;

    /// <summary>True for heads that this pass is faster at, and whose turned keys and values fit on the stack.</summary>
    internal static bool Takes(Tensor queries, Tensor keys, Tensor values) =>
        Math.Max(queries.Size(3), values.Size(3)) <= 2 * Vector<T>.Count && keys.Size(2) >= Vector<T>.Count
        && (queries.Size(3) + values.Size(3)) * Lanes((int)keys.Size(2)) <= MostTurned;

    /// <inheritdoc/>
    public void Forward(long pair, Rows<T> context)
    {
        var keys = stackalloc T[_keys.Width * _lanes];
        var values = stackalloc T[_values.Width * _lanes];
        var row = stackalloc T[_lanes];
        Turn(_keys, pair, keys);
        Turn(_values, pair, values);
        var (queries, contexts) = (_queries.Block(pair), context.Block(pair));
        for (var query = 0; query < _queries.Tokens; query++)
        {
            Products(queries.Row(query), keys, _queries.Width, row);
            Hide(pair, query, row);
            Softmax(row);
            new Span<T>(row, _keys.Tokens).CopyTo(Weights(pair, query));
            Drop(pair, query, row);
            var target = contexts.Row(query);
            for (var i = 0; i < _values.Width; i++)
                target[i] = Dot(row, values + i * _lanes);
        }
    }

    /// <inheritdoc/>
    public void Backward(long pair, Rows<T> gradient, Rows<T> queryGradient, Rows<T> keyGradient, Rows<T> valueGradient)
    {
        var keys = stackalloc T[_keys.Width * _lanes];
        var values = stackalloc T[_values.Width * _lanes];
        var keySums = stackalloc T[_keys.Width * _lanes];
        var valueSums = stackalloc T[_values.Width * _lanes];
        var weights = stackalloc T[_lanes];
        var kept = stackalloc T[_lanes];
        var scores = stackalloc T[_lanes];
        Turn(_keys, pair, keys);
        Turn(_values, pair, values);
        new Span<T>(keySums, _keys.Width * _lanes).Clear();
        new Span<T>(valueSums, _values.Width * _lanes).Clear();
        var (queries, outputs, targets) = (_queries.Block(pair), gradient.Block(pair), queryGradient.Block(pair));
        for (var query = 0; query < _queries.Tokens; query++)
        {
            Load(pair, query, weights);
            new Span<T>(weights, _lanes).CopyTo(new Span<T>(kept, _lanes));
            Drop(pair, query, kept);
            var output = outputs.Row(query);
            Products(output, values, _values.Width, scores);
            Drop(pair, query, scores);
            ScoreGradients(weights, scores);
            var given = queries.Row(query);
            var target = targets.Row(query);
            for (var i = 0; i < _values.Width; i++)
                AddScaled(valueSums + i * _lanes, output[i], kept);
            for (var i = 0; i < _queries.Width; i++)
            {
                target[i] = Dot(scores, keys + i * _lanes);
                AddScaled(keySums + i * _lanes, given[i], scores);
            }
        }

        TurnBack(keySums, keyGradient, pair);
        TurnBack(valueSums, valueGradient, pair);
    }

    /// <summary>Whole registers for so many elements.</summary>
    private static int Lanes(int count) => (count + Vector<T>.Count - 1) / Vector<T>.Count * Vector<T>.Count;

    /// <summary>(tokens, width) to (width, lanes), with zeros in the lanes behind the last token.</summary>
    private void Turn(Rows<T> rows, long pair, T* turned)
    {
        for (var i = 0; i < rows.Width; i++)
            new Span<T>(turned + i * _lanes + rows.Tokens, _lanes - rows.Tokens).Clear();
        var block = rows.Block(pair);
        for (var token = 0; token < rows.Tokens; token++)
        {
            var row = block.Row(token);
            for (var i = 0; i < rows.Width; i++)
                turned[i * _lanes + token] = row[i];
        }
    }

    private void TurnBack(T* turned, Rows<T> rows, long pair)
    {
        var block = rows.Block(pair);
        for (var token = 0; token < rows.Tokens; token++)
        {
            var row = block.Row(token);
            for (var i = 0; i < rows.Width; i++)
                row[i] = turned[i * _lanes + token];
        }
    }

    /// <summary>The inner products of a vector with every token, whose elements lie turned over.</summary>
    private void Products(T* vector, T* turned, int width, T* products)
    {
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
        {
            var sum = Vector<T>.Zero;
            for (var i = 0; i < width; i++)
                sum += new Vector<T>(vector[i]) * Vector.Load(turned + i * _lanes + lane);
            sum.Store(products + lane);
        }
    }

    private T Dot(T* left, T* right)
    {
        var sum = Vector<T>.Zero;
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
            sum += Vector.Load(left + lane) * Vector.Load(right + lane);
        return Vector.Sum(sum);
    }

    private void AddScaled(T* target, T factor, T* source)
    {
        var factors = new Vector<T>(factor);
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
            (Vector.Load(target + lane) + factors * Vector.Load(source + lane)).Store(target + lane);
    }

    /// <summary>Keys that the query does not see, and the lanes behind the last key, get no weight.</summary>
    private void Hide(long pair, int query, T* row)
    {
        for (var key = _keys.Tokens; key < _lanes; key++)
            row[key] = T.NegativeInfinity;
        if (_mask is null)
            return;
        var sees = _mask + pair * Scores + query * _keys.Tokens;
        for (var key = 0; key < _keys.Tokens; key++)
            if (!sees[key])
                row[key] = T.NegativeInfinity;
    }

    private void Softmax(T* row)
    {
        var most = new Vector<T>(T.NegativeInfinity);
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
            most = Vector.Max(most, Vector.Load(row + lane));
        var largest = T.NegativeInfinity;
        for (var i = 0; i < Vector<T>.Count; i++)
            largest = T.Max(largest, most[i]);
        // A query that sees nothing takes nothing.
        if (largest == T.NegativeInfinity)
        {
            new Span<T>(row, _lanes).Clear();
            return;
        }

        var (shift, scale, sum) = (new Vector<T>(largest), new Vector<T>(_scale), Vector<T>.Zero);
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
        {
            var weight = Exp((Vector.Load(row + lane) - shift) * scale);
            weight.Store(row + lane);
            sum += weight;
        }

        var share = new Vector<T>(T.One / Vector.Sum(sum));
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
            (Vector.Load(row + lane) * share).Store(row + lane);
    }

    /// <summary>From the gradients of the dropped weights to those of the scores, in place.</summary>
    private void ScoreGradients(T* weights, T* gradients)
    {
        var (mean, scale) = (new Vector<T>(Dot(gradients, weights)), new Vector<T>(_scale));
        for (var lane = 0; lane < _lanes; lane += Vector<T>.Count)
            ((Vector.Load(gradients + lane) - mean) * Vector.Load(weights + lane) * scale).Store(gradients + lane);
    }

    private Span<T> Weights(long pair, int query) => new(_weights + pair * Scores + query * _keys.Tokens, _keys.Tokens);

    private void Load(long pair, int query, T* row)
    {
        Weights(pair, query).CopyTo(new Span<T>(row, _keys.Tokens));
        new Span<T>(row + _keys.Tokens, _lanes - _keys.Tokens).Clear();
    }

    private void Drop(long pair, int query, T* row)
    {
        var span = new Span<T>(row, _keys.Tokens);
        if (_dropout > 0)
            _random.Drop(span, span, (uint)(pair * Scores + query * _keys.Tokens), _dropout);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Exp(Vector<T> exponents) => typeof(T) == typeof(float)
        ? Vector.As<float, T>(Vector.Exp(Vector.As<T, float>(exponents)))
        : Vector.As<double, T>(Vector.Exp(Vector.As<T, double>(exponents)));
}
