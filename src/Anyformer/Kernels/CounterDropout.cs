using System.Numerics;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// Dropout whose mask is a function of a seed: nothing is stored for the backward pass, and drawing is several times as fast as libtorch's
/// generator on the processor. The plain composition is <c>Functional.Dropout</c>.
/// </summary>
internal sealed class CounterDropout(double probability) : DifferentiableFunction
{
    private const int Grain = 16_384;

    private readonly CounterRandom _random = CounterRandom.Draw();

    /// <summary>True for what the kernel takes: single or double precision in the processor's memory.</summary>
    internal static bool Takes(Tensor input) =>
        input.Device.Type == DeviceType.Cpu && input.DType is DType.Float32 or DType.Float64 && input.ElementCount < uint.MaxValue;

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs) => [Drop(inputs[0])];

    /// <summary>The gradient is dropped like the input was; dropping is linear, so it serves derivatives of derivatives too.</summary>
    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) =>
        [gradients[0] is not { } gradient ? null : Autograd.IsRecording ? gradient * Drop(gradient.OnesLike()) : Drop(gradient)];

    private Tensor Drop(Tensor input)
    {
        var source = input.Contiguous();
        var target = source.EmptyLike();
        if (source.DType == DType.Float32)
            Drop<float>(source, target);
        else
            Drop<double>(source, target);
        return target;
    }

    private void Drop<T>(Tensor source, Tensor target) where T : unmanaged, IFloatingPointIeee754<T>
    {
        TorchParallel.For(source.ElementCount, Grain, (begin, end) => _random.Drop<T>(
            source.AsSpan<T>()[(int)begin..(int)end], target.AsSpan<T>()[(int)begin..(int)end], (uint)begin, probability));
    }
}
