using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary><c>y = x W^T + b</c> on the last dimension: (..., inputs) to (..., outputs).</summary>
public sealed class Linear : TensorModule
{
    /// <summary>A map with weights and bias drawn from U(±1/sqrt(inputs)).</summary>
    public Linear(long inputs, long outputs, bool bias = true)
    {
        Weight = Initialization.InverseFanIn(Parameter.Empty(outputs, inputs), inputs);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), inputs) : null;
    }

    /// <summary>(outputs, inputs).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        // libtorch would copy tokens whose batch lies inside: the map does not care for their order, so it takes them as they lie.
        if (input.Dimensions == 3 && !input.IsContiguous && input.Transpose(0, 1) is { IsContiguous: true } lying)
            return Functional.Linear(lying, Weight, Bias).Transpose(0, 1);
        return Functional.Linear(input, Weight, Bias);
    }
}
