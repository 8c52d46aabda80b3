using System.Numerics;
using Anyformer.Torch;

namespace Anyformer.Training.Optimizers;

/// <summary>
/// A step of Adam in one pass over the memory. Composed of libtorch's operators it takes twelve passes, and some twenty calls for every parameter:
/// a fifth of the training step of a small model. libtorch does not notice that the parameters change: a graph kept from before the step would be
/// differentiated at the new ones.
/// </summary>
internal sealed unsafe class AdamKernel
{
    private const long Grain = 32_768;

    private readonly AdamStep _step;
    private readonly Moved[] _moved;
    private readonly long[] _ends;

    /// <param name="step">The numbers of the step.</param>
    /// <param name="parameters">What is moved; with the other three, tensors that <see cref="Takes"/> takes.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="means">The decaying means of the gradients.</param>
    /// <param name="squares">Those of their squares.</param>
    /// <param name="isDecayed">Which parameters the weight decay pulls on.</param>
    internal AdamKernel(AdamStep step, Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, Func<Tensor, bool> isDecayed)
    {
        _step = step;
        _moved = new Moved[parameters.Length];
        _ends = new long[parameters.Length];
        var end = 0L;
        for (var i = 0; i < _moved.Length; i++)
        {
            _moved[i] = new Moved(parameters[i], gradients[i], means[i], squares[i], isDecayed(parameters[i]));
            _ends[i] = end += parameters[i].ElementCount;
        }
    }

    /// <summary>True for dense single precision in the processor's memory; for all else there are the operators.</summary>
    internal static bool Takes(Tensor[] tensors) => Array.TrueForAll(tensors, static tensor =>
        tensor is { Device.Type: DeviceType.Cpu, DType: DType.Float32, Layout: Layout.Strided, IsContiguous: true, ElementCount: > 0 });

    /// <summary>Takes the step. The parameters lie one behind the other as a single row, of which every thread has its part.</summary>
    internal void Run() => TorchParallel.For(_ends[^1], Grain, (begin, end) =>
    {
        var index = Array.BinarySearch(_ends, begin + 1);
        for (var i = index < 0 ? ~index : index; begin < end; i++)
        {
            var first = i == 0 ? 0 : _ends[i - 1];
            var until = Math.Min(end, _ends[i]);
            Move(_moved[i], begin - first, until - first);
            begin = until;
        }
    });

    private void Move(in Moved moved, long begin, long end)
    {
        var i = begin;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            MoveVector(moved, i);
        for (; i < end; i++)
            MoveElement(moved, i);
    }

    private void MoveVector(in Moved moved, long i)
    {
        var parameter = Vector.Load(moved.Parameter + i);
        var gradient = Vector.Load(moved.Gradient + i);
        if (moved.IsDecayed)
        {
            gradient += parameter * _step.Pull;
            parameter *= _step.Shrink;
        }

        var mean = Vector.Load(moved.Mean + i) * _step.Beta1 + gradient * (1 - _step.Beta1);
        var square = Vector.Load(moved.Square + i) * _step.Beta2 + gradient * gradient * (1 - _step.Beta2);
        mean.Store(moved.Mean + i);
        square.Store(moved.Square + i);
        var root = Vector.SquareRoot(square) / new Vector<float>(_step.RootCorrection) + new Vector<float>(_step.Epsilon);
        (parameter - mean / root * _step.Rate).Store(moved.Parameter + i);
    }

    /// <summary>The same of a single element, at the end of a part.</summary>
    private void MoveElement(in Moved moved, long i)
    {
        var (parameter, gradient) = (moved.Parameter[i], moved.Gradient[i]);
        if (moved.IsDecayed)
        {
            gradient += parameter * _step.Pull;
            parameter *= _step.Shrink;
        }

        var mean = moved.Mean[i] * _step.Beta1 + gradient * (1 - _step.Beta1);
        var square = moved.Square[i] * _step.Beta2 + gradient * gradient * (1 - _step.Beta2);
        (moved.Mean[i], moved.Square[i]) = (mean, square);
        moved.Parameter[i] = parameter - mean / (MathF.Sqrt(square) / _step.RootCorrection + _step.Epsilon) * _step.Rate;
    }

    /// <summary>One parameter and what belongs to it.</summary>
    private readonly struct Moved(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, bool isDecayed)
    {
        internal readonly float* Parameter = (float*)parameter.DataPointer;
        internal readonly float* Gradient = (float*)gradient.DataPointer;
        internal readonly float* Mean = (float*)mean.DataPointer;
        internal readonly float* Square = (float*)square.DataPointer;
        internal readonly bool IsDecayed = isDecayed;
    }
}

/// <summary>The numbers of a step of Adam.</summary>
/// <param name="Beta1">Decay of the mean of the gradients.</param>
/// <param name="Beta2">Decay of the mean of their squares.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="RootCorrection">The root is divided by it: the square root of <c>1 - beta2^t</c>.</param>
/// <param name="Rate">The step size over <c>1 - beta1^t</c>.</param>
/// <param name="Pull">The decay that is added to the gradient, times the parameter.</param>
/// <param name="Shrink">What the parameter is multiplied by.</param>
internal readonly record struct AdamStep(float Beta1, float Beta2, float Epsilon, float RootCorrection, float Rate, float Pull, float Shrink);
