using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>Convolution along one dimension: (batch, inputs, length) to (batch, outputs, length').</summary>
public sealed class Conv1d : TensorModule, ILinearMap
{
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long[] _dilation;
    private readonly long _groups;

    /// <summary>A convolution with weights and bias drawn from U(±1/sqrt(fan in)); zeros are padded on both sides.</summary>
    public Conv1d(long inputs, long outputs, long kernel, long stride = 1, long padding = 0, long dilation = 1, long groups = 1, bool bias = true)
    {
        (_stride, _padding, _dilation, _groups) = ([stride], [padding], [dilation], groups);
        var fanIn = inputs / groups * kernel;
        Weight = Initialization.InverseFanIn(Parameter.Empty(outputs, inputs / groups, kernel), fanIn);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), fanIn) : null;
    }

    /// <summary>(outputs, inputs / groups, kernel).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Conv1d(input, Weight, Bias, _stride, _padding, _dilation, _groups);
}
