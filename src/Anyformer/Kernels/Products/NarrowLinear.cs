using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>
/// A linear map in a narrow type, by libtorch's own product. That takes longer for a few rows than their kernel of single precision does, which reads the weights as
/// they were.
/// </summary>
/// <param name="weight">(outputs, inputs).</param>
/// <param name="bias">(outputs); null for none.</param>
internal abstract class NarrowLinear(Tensor weight, Tensor? bias) : IFrozenMap
{
    private readonly Tensor _weight = weight;
    private readonly Tensor? _bias = bias;

    /// <inheritdoc/>
    public Tensor Call(Tensor input, Activation? activation = null, Tensor? residual = null)
    {
        using var scope = new TensorScope();
        return scope.Keep(OfRounded(Round(input), input, activation, residual));
    }

    /// <inheritdoc/>
    public Tensor[] CallEach(Tensor input, ReadOnlySpan<IFrozenMap> maps)
    {
        using var scope = new TensorScope();
        var rounded = Round(input);
        var outputs = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            outputs[i] = ((NarrowLinear)maps[i]).OfRounded(rounded, input, activation: null, residual: null);
        return scope.Keep(outputs);
    }

    /// <inheritdoc/>
    public abstract void Thaw();

    /// <summary>The input as <see cref="Multiply"/> takes it.</summary>
    protected abstract Tensor Round(Tensor input);

    /// <summary>The product in the narrow type.</summary>
    protected abstract Tensor Multiply(Tensor rounded);

    private Tensor OfRounded(Tensor rounded, Tensor input, Activation? activation, Tensor? residual)
    {
        var output = FewRows.Takes(input, _weight, _bias) ? FewRows.Multiply(input, _weight, _bias) : Multiply(rounded);
        var activated = (activation is null ? output : activation(output)).To(DType.Float32);
        return residual is null ? activated : activated + residual;
    }
}
