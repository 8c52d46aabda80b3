using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A learned factor for each channel of the last dimension (Touvron et al. 2021, Going deeper with Image Transformers, arXiv 2103.17239, section 2.1).</summary>
public sealed class LayerScale(long width, double initial = 1e-5) : TensorModule
{
    /// <summary>(width).</summary>
    public Parameter Gamma { get; } = Initialization.Constant(Parameter.Empty(width), initial);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input * Gamma;
}
