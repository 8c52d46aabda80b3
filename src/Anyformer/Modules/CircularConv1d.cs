using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>
/// Convolution along steps of which the last is followed by the first: (batch, steps, inputs) to (batch, steps, outputs).
/// </summary>
public sealed class CircularConv1d : TensorModule
{
    private readonly int _kernel;

    /// <summary>A convolution over an odd number of steps with weights and bias drawn from U(±1/sqrt(fan in)).</summary>
    public CircularConv1d(long inputs, long outputs, int kernel = 3, bool bias = true)
    {
        if (kernel < 1 || kernel % 2 == 0)
            throw new UserException($"The kernel of a circular convolution must be an odd number of steps, found {kernel}.");
        _kernel = kernel;
        Weight = Initialization.InverseFanIn(Parameter.Empty(outputs, inputs, kernel), inputs * kernel);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), inputs * kernel) : null;
    }

    /// <summary>(outputs, inputs, kernel).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        // One matrix product over the neighbours side by side: faster both ways than a convolution of a padded and transposed copy.
        var neighbours = Enumerable.Range(0, _kernel).Select(i => i == _kernel / 2 ? input : input.Roll([_kernel / 2 - i], [1]));
        return Functional.Linear(Functional.Cat([.. neighbours], 2), Weight.Transpose(1, 2).Flatten(1), Bias);
    }
}
