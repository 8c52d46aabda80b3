using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// The loops of <see cref="NarrowFeedForward"/> over tiles of sixteen rows, a row in each lane. With pre-activations <c>h = W1 x + b1</c> and the
/// dropout mask <c>m</c>: <c>y = W2 (m∘gelu(h)) + b2</c>; backward <c>dh = m∘gelu'(h)∘W2^T dy</c>, <c>dx = W1^T dh</c>, <c>dW1 = dh x^T</c>, <c>db1 = dh</c>,
/// <c>dW2 = dy (m∘gelu(h))^T</c>, summed over the rows. Hidden units are computed again on the way back.
/// </summary>
internal sealed unsafe class NarrowFeedForwardPass
{
    internal const int Lanes = 16;

    private readonly float* _tokens;
    private readonly float* _hiddenWeight;
    private readonly float* _hiddenBias;
    private readonly float* _outputWeight;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly long _rows;
    private readonly CounterRandom _random;
    private readonly double _dropout;

    /// <summary>A pass over contiguous tensors, which the caller keeps alive.</summary>
    internal NarrowFeedForwardPass(
        Tensor tokens, Tensor hiddenWeight, Tensor hiddenBias, Tensor outputWeight, CounterRandom random, double dropout)
    {
        _tokens = (float*)tokens.DataPointer;
        _hiddenWeight = (float*)hiddenWeight.DataPointer;
        _hiddenBias = (float*)hiddenBias.DataPointer;
        _outputWeight = (float*)outputWeight.DataPointer;
        (_inputs, HiddenUnits, _outputs) = ((int)hiddenWeight.Size(1), (int)hiddenWeight.Size(0), (int)outputWeight.Size(0));
        _rows = tokens.ElementCount / _inputs;
        (_random, _dropout) = (random, dropout);
    }

    internal long Tiles => (_rows + Lanes - 1) / Lanes;

    internal int HiddenUnits { get; }

    /// <summary>Of a hidden unit: what it reads with, its bias, and what reads it.</summary>
    internal int WeightsOfUnit => _inputs + 1 + _outputs;

    /// <summary>Writes the output of a tile's rows.</summary>
    [SkipLocalsInit]
    internal void Forward(long tile, float* bias, float* output)
    {
        var x = stackalloc Vector512<float>[_inputs];
        var y = stackalloc Vector512<float>[_outputs];
        ReadTile(_tokens, tile, _inputs, x);
        for (var o = 0; o < _outputs; o++)
            y[o] = Vector512.Create(bias[o]);
        for (var unit = 0; unit < HiddenUnits; unit++)
        {
            var activation = Gelu<Vector512<float>, Lanes512<float>>.Of(PreActivation(x, unit)) * Factors(tile, unit);
            for (var o = 0; o < _outputs; o++)
                y[o] = Vector512.FusedMultiplyAdd(Vector512.Create(_outputWeight[o * HiddenUnits + unit]), activation, y[o]);
        }

        WriteTile(y, tile, _outputs, output);
    }

    /// <summary>Writes the gradient of a tile's rows and adds their part to the gradients of the weights, lane by lane.</summary>
    [SkipLocalsInit]
    internal void Backward(long tile, float* gradient, float* tokenGradient, Vector512<float>* sums)
    {
        var x = stackalloc Vector512<float>[_inputs];
        var dx = stackalloc Vector512<float>[_inputs];
        var dy = stackalloc Vector512<float>[_outputs];
        ReadTile(_tokens, tile, _inputs, x);
        ReadTile(gradient, tile, _outputs, dy);
        new Span<Vector512<float>>(dx, _inputs).Clear();
        for (var unit = 0; unit < HiddenUnits; unit++, sums += WeightsOfUnit)
        {
            var factors = Factors(tile, unit);
            var activation = Gelu<Vector512<float>, Lanes512<float>>.Of(PreActivation(x, unit), out var slope) * factors;
            var dh = Vector512<float>.Zero;
            for (var o = 0; o < _outputs; o++)
            {
                dh = Vector512.FusedMultiplyAdd(Vector512.Create(_outputWeight[o * HiddenUnits + unit]), dy[o], dh);
                sums[_inputs + 1 + o] = Vector512.FusedMultiplyAdd(activation, dy[o], sums[_inputs + 1 + o]);
            }

            dh *= factors * slope;
            sums[_inputs] += dh;
            for (var i = 0; i < _inputs; i++)
            {
                dx[i] = Vector512.FusedMultiplyAdd(Vector512.Create(_hiddenWeight[unit * _inputs + i]), dh, dx[i]);
                sums[i] = Vector512.FusedMultiplyAdd(dh, x[i], sums[i]);
            }
        }

        WriteTile(dx, tile, _inputs, tokenGradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> PreActivation(Vector512<float>* x, int unit)
    {
        var sum = Vector512.Create(_hiddenBias[unit]);
        for (var i = 0; i < _inputs; i++)
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(_hiddenWeight[unit * _inputs + i]), x[i], sum);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Factors(long tile, int unit) =>
        _dropout > 0 ? _random.Factors((uint)((tile * HiddenUnits + unit) * Lanes), _dropout) : Vector512<float>.One;

    /// <summary>Rows to lanes; lanes behind the last row are 0.</summary>
    private void ReadTile(float* rows, long tile, int channels, Vector512<float>* lanes)
    {
        var count = (int)Math.Min(Lanes, _rows - tile * Lanes);
        if (count < Lanes)
            new Span<Vector512<float>>(lanes, channels).Clear();
        var source = rows + tile * Lanes * channels;
        for (var row = 0; row < count; row++)
            for (var channel = 0; channel < channels; channel++)
                ((float*)lanes)[channel * Lanes + row] = *source++;
    }

    private void WriteTile(Vector512<float>* lanes, long tile, int channels, float* rows)
    {
        var count = (int)Math.Min(Lanes, _rows - tile * Lanes);
        var target = rows + tile * Lanes * channels;
        for (var row = 0; row < count; row++)
            for (var channel = 0; channel < channels; channel++)
                *target++ = ((float*)lanes)[channel * Lanes + row];
    }
}
