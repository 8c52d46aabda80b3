using System.Runtime.Intrinsics.X86;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>
/// A linear map of integers of 8 bits: weights are packed once, symmetric with a scale for every output; inputs are rounded call by call to as many steps between
/// their least and their largest.
/// </summary>
internal sealed class Int8Linear : NarrowLinear
{
    /// <summary>libtorch's number of the element type of quantised weights.</summary>
    private const int QuantizedInt8 = 12;

    private const int LargestStep = 127;

    private readonly TorchObject _packed;

    /// <summary>Packs weights.</summary>
    /// <param name="weight">(outputs, inputs).</param>
    /// <param name="bias">(outputs); null for none.</param>
    /// <exception cref="UserException">This libtorch has no product of such integers.</exception>
    internal Int8Linear(Tensor weight, Tensor? bias) : base(weight, bias)
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        // An output whose weights are all zero has no scale of its own.
        var scales = (weight.Abs().Amax([1]) / LargestStep).ClampMin(1e-12).To(DType.Float64);
        try
        {
            var quantized = (Tensor)Dispatcher.Call("aten::quantize_per_channel", weight.Detach(), scales, scales.ZerosLike().To(DType.Int64), 0, QuantizedInt8)[0]!;
            _packed = (TorchObject)Dispatcher.Call("quantized::linear_prepack", quantized, bias?.Detach())[0]!;
        }
        catch (TorchException failure)
        {
            throw new UserException($"This libtorch ({TorchRuntime.Version}) has no product of 8-bit integers on this processor: choose float32 or bfloat16.", failure);
        }
    }

    /// <summary>Without the instruction that adds four products of bytes in 32 bits, two of them overflow 16: one bit less for inputs.</summary>
    private static bool NeedsRoom { get; } = !(X86Base.IsSupported && (X86Base.CpuId(7, 0).Ecx >> 11 & 1) == 1);

    /// <inheritdoc/>
    public override void Thaw() => _packed.Dispose();

    /// <inheritdoc/>
    protected override Tensor Round(Tensor input) => input.Contiguous();

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor rounded) => (Tensor)Dispatcher.Call("quantized::linear_dynamic", rounded, _packed, NeedsRoom)[0]!;
}
