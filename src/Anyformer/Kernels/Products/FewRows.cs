using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>
/// <c>x W^T + b</c> of a few rows, as texts that are written have them, with weights as they lie: every weight is read once, at the speed of memory. Libraries pack
/// the weights first, as if there were many rows. The composition beside it is <c>Functional.Linear</c>.
/// </summary>
internal static unsafe class FewRows
{
    /// <summary>With more, the products take longer than reading the weights does.</summary>
    internal const int MostRows = 4;

    /// <summary>True where nothing is recorded, for a few rows on the processor, wide enough to fill a register, and weights that lie in a row.</summary>
    internal static bool Takes(Tensor input, Tensor weight, Tensor? bias) =>
        !Autograd.IsRecording && input.DType is DType.Float32 or DType.Float64 && input.Device.Type == DeviceType.Cpu && input.Dimensions > 0
        && input.ElementCount > 0 && input.ElementCount <= MostRows * weight.Size(1) && input.Size(-1) == weight.Size(1)
        && LiesBeside(weight, input) && (bias is null || (LiesBeside(bias, input) && bias.Dimensions == 1 && bias.Size(0) == weight.Size(0)));

    /// <summary>The output: (..., inputs) to (..., outputs).</summary>
    internal static Tensor Multiply(Tensor input, Tensor weight, Tensor? bias)
    {
        if (weight.DType == DType.Float64)
            return Multiply<double, Vector512<double>, Lanes512<double>>(input, weight, bias);
        return Vector512.IsHardwareAccelerated ? Multiply<float, Vector512<float>, Lanes512<float>>(input, weight, bias)
            : Vector256.IsHardwareAccelerated ? Multiply<float, Vector256<float>, Lanes256<float>>(input, weight, bias)
            : Multiply<float, Vector128<float>, Lanes128<float>>(input, weight, bias);
    }

    /// <summary>The same with registers of a width.</summary>
    internal static Tensor Multiply<T, TVector, TLanes>(Tensor input, Tensor weight, Tensor? bias)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
    {
        using var scope = new TensorScope();
        var rows = input.Contiguous();
        var output = Functional.Empty([.. input.Shape[..^1], weight.Size(0)], input.DType);
        var (outputs, inputs) = (weight.Size(0), (int)weight.Size(1));
        var count = (int)(input.ElementCount / inputs);
        T* x = (T*)rows.DataPointer, w = (T*)weight.DataPointer, b = bias is null ? null : (T*)bias.DataPointer, y = (T*)output.DataPointer;
        TorchParallel.For(outputs, 1 + (1 << 14) / inputs, (begin, end) =>
        {
            for (var i = begin; i < end; i++)
                Dots<T, TVector, TLanes>.Multiply(x, count, w + i * inputs, inputs, b is null ? T.Zero : b[i], y + i, (nint)outputs);
        });
        GC.KeepAlive((rows, weight, bias));
        return scope.Keep(output);
    }

    private static bool LiesBeside(Tensor parameter, Tensor input) =>
        parameter.DType == input.DType && parameter.Device == input.Device && parameter.IsContiguous;
}
