using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>A linear map in bfloat16, by libtorch's own product.</summary>
/// <param name="weight">(outputs, inputs), rounded once.</param>
/// <param name="bias">(outputs); null for none.</param>
internal sealed class BFloat16Linear(Tensor weight, Tensor? bias) : IFrozenMap
{
    private readonly Tensor _weight = weight.Detach().To(DType.BFloat16).OutliveScopes();
    private readonly Tensor? _bias = bias?.Detach().To(DType.BFloat16).OutliveScopes();

    /// <inheritdoc/>
    public Tensor Call(Tensor input, Activation? activation = null, Tensor? residual = null)
    {
        using var scope = new TensorScope();
        var output = OfRounded(input.To(DType.BFloat16), activation);
        return scope.Keep(residual is null ? output : output + residual);
    }

    /// <inheritdoc/>
    public Tensor[] CallEach(Tensor input, ReadOnlySpan<IFrozenMap> maps)
    {
        using var scope = new TensorScope();
        var rounded = input.To(DType.BFloat16);
        var outputs = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            outputs[i] = ((BFloat16Linear)maps[i]).OfRounded(rounded, activation: null);
        return scope.Keep(outputs);
    }

    private Tensor OfRounded(Tensor input, Activation? activation)
    {
        var output = Functional.Linear(input, _weight, _bias);
        return (activation is null ? output : activation(output)).To(DType.Float32);
    }

    /// <inheritdoc/>
    public void Thaw()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
