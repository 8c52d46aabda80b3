using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>A linear map of its own along time for every variate: (batch, variates, inputs) to (batch, variates, outputs).</summary>
public sealed class LinearPerVariate(long variates, long inputs, long outputs) : TensorModule
{
    /// <summary>(variates, outputs, inputs).</summary>
    public Parameter Weight { get; } = Initialization.InverseFanIn(Parameter.Empty(variates, outputs, inputs), inputs);

    /// <summary>(variates, outputs).</summary>
    public Parameter Bias { get; } = Initialization.InverseFanIn(Parameter.Empty(variates, outputs), inputs);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        Bias.Unsqueeze(1).Baddbmm(input.Transpose(0, 1), Weight.Transpose(1, 2)).Transpose(0, 1);
}
