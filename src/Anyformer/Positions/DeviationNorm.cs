using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary><c>weight (x - mean) / (deviation + ε) + bias</c> with the unbiased deviation, which some early PyTorch codes call LayerNorm.</summary>
internal sealed class DeviationNorm : NormalizationLayer
{
    private const double Epsilon = 1e-6;

    /// <summary>Weight 1 and bias 0 over vectors of <paramref name="width"/>.</summary>
    internal DeviationNorm(long width)
    {
        Weight = Initialization.Constant(Parameter.Empty(width), 1);
        Bias = Initialization.Constant(Parameter.Empty(width), 0);
    }

    private SimpleLayerNorm Norm { get; } = new(epsilon: Epsilon);

    /// <summary>(width).</summary>
    private Parameter Weight { get; }

    /// <summary>(width).</summary>
    private Parameter Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Norm.Call(input) * Weight + Bias;
}
