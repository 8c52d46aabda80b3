using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>A linear map in bfloat16.</summary>
/// <param name="weight">(outputs, inputs), rounded once.</param>
/// <param name="bias">(outputs); null for none.</param>
internal sealed class BFloat16Linear(Tensor weight, Tensor? bias) : NarrowLinear(weight, bias)
{
    private readonly Tensor _rounded = weight.Detach().To(DType.BFloat16).OutliveScopes();
    private readonly Tensor? _roundedBias = bias?.Detach().To(DType.BFloat16).OutliveScopes();

    /// <inheritdoc/>
    public override void Thaw()
    {
        _rounded.Dispose();
        _roundedBias?.Dispose();
    }

    /// <inheritdoc/>
    protected override Tensor Round(Tensor input) => input.To(DType.BFloat16);

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor rounded) => Functional.Linear(rounded, _rounded, _roundedBias);
}
