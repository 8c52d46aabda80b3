using System.Runtime.Intrinsics;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// An activation in one pass over the memory, as fast as that is, and its gradient in another: libtorch's spend their time on functions that are more exact than
/// single precision is. The composition beside it is <see cref="Compose"/>.
/// </summary>
/// <param name="activation">One of the two forms of the GELU.</param>
/// <param name="registers">Bits of the registers to use; null for the widest that this machine is fast at.</param>
internal sealed class VectorActivation(FusedActivation activation, int? registers = null) : DifferentiableFunction
{
    /// <summary>Fewer take libtorch no longer than a call of the kernel takes.</summary>
    private const long LeastElements = 1 << 15;

    /// <summary>The activation by the kernel where it takes the input and is faster, by libtorch's operators elsewhere.</summary>
    internal static Tensor Of(FusedActivation activation, Tensor input) => Takes(input) ? new VectorActivation(activation).Apply(input)[0] : Compose(activation, input);

    /// <summary>True for many elements of single precision in the processor's memory.</summary>
    internal static bool Takes(Tensor input) => input.DType == DType.Float32 && input.Device.Type == DeviceType.Cpu && input.ElementCount >= LeastElements;

    /// <summary>The same by libtorch's operators: for any device and type, and the reference of the kernel.</summary>
    internal static Tensor Compose(FusedActivation activation, Tensor input) => input.Gelu(activation == FusedActivation.GeluTanh ? "tanh" : "none");

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        SaveForBackward(inputs[0]);
        return [Run(inputs[0].Contiguous(), given: null)];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } given)
            return [null];
        var input = Saved(0);
        if (Autograd.IsRecording)
            return [Autograd.Grad([Compose(activation, input)], [input], [given], createGraph: true)[0]];
        return [Run(input.Contiguous(), given.Contiguous())];
    }

    /// <summary>The activation, or, where the gradient of its values is given, that of the input.</summary>
    private Tensor Run(Tensor input, Tensor? given)
    {
        var output = input.EmptyLike();
        switch (registers ?? Registers.Widest)
        {
            case 512: Run<Vector512<float>, Lanes512<float>>(input, given, output); break;
            case 256: Run<Vector256<float>, Lanes256<float>>(input, given, output); break;
            default: Run<Vector128<float>, Lanes128<float>>(input, given, output); break;
        }

        return output;
    }

    private void Run<TVector, TLanes>(Tensor input, Tensor? given, Tensor output) where TVector : struct where TLanes : struct, ILanes<float, TVector>
    {
        if (activation == FusedActivation.GeluTanh)
            ActivationPass<TVector, TLanes, GeluTanh<TVector, TLanes>>.Run(input, given, output);
        else
            ActivationPass<TVector, TLanes, Gelu<TVector, TLanes>>.Run(input, given, output);
    }
}
