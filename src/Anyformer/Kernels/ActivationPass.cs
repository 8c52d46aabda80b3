using System.Runtime.CompilerServices;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>The loops of <see cref="VectorActivation"/>.</summary>
internal static unsafe class ActivationPass<TVector, TLanes, TActivation>
    where TVector : struct where TLanes : struct, ILanes<float, TVector> where TActivation : struct, IDifferentiable<TVector>
{
    /// <summary>Elements worth a thread.</summary>
    private const int Grain = 16_384;

    /// <summary>Writes the activation of the input, or, where the gradient of its values is given, the gradient of the input.</summary>
    internal static void Run(Tensor input, Tensor? given, Tensor output)
    {
        float* x = (float*)input.DataPointer, y = (float*)output.DataPointer, gradient = given is null ? null : (float*)given.DataPointer;
        TorchParallel.For(input.ElementCount, Grain, (begin, end) =>
        {
            if (gradient == null)
                Activate(x, y, begin, end);
            else
                Differentiate(x, gradient, y, begin, end);
        });
        GC.KeepAlive((input, given, output));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(float* x, float* y, long begin, long end)
    {
        var i = begin;
        for (; i <= end - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TActivation.Of(TLanes.Load(x + i)), y + i);
        if (i == end)
            return;
        var rest = stackalloc float[TLanes.Count];
        var count = (int)(end - i);
        Copy(x + i, rest, count);
        TLanes.Store(TActivation.Of(TLanes.Load(rest)), rest);
        Copy(rest, y + i, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(float* x, float* given, float* y, long begin, long end)
    {
        var i = begin;
        for (; i <= end - TLanes.Count; i += TLanes.Count)
            TLanes.Store(Slope(TLanes.Load(x + i), TLanes.Load(given + i)), y + i);
        if (i == end)
            return;
        float* rest = stackalloc float[TLanes.Count], gradient = stackalloc float[TLanes.Count];
        var count = (int)(end - i);
        Copy(x + i, rest, count);
        Copy(given + i, gradient, count);
        TLanes.Store(Slope(TLanes.Load(rest), TLanes.Load(gradient)), rest);
        Copy(rest, y + i, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Slope(TVector x, TVector given)
    {
        TActivation.Of(x, out var slope);
        return TLanes.Multiply(given, slope);
    }

    private static void Copy(float* source, float* target, int count) => new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
}
