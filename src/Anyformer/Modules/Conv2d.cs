using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>Convolution over images: (batch, inputs, height, width) to (batch, outputs, height', width').</summary>
public sealed class Conv2d : TensorModule
{
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long[] _dilation;
    private readonly long _groups;

    /// <summary>A convolution with weights and bias drawn from U(±1/sqrt(fan in)); zeros are padded on both sides.</summary>
    public Conv2d(long inputs, long outputs, long kernel, long stride = 1, long padding = 0, long dilation = 1, long groups = 1, bool bias = true)
    {
        (_stride, _padding, _dilation, _groups) = ([stride, stride], [padding, padding], [dilation, dilation], groups);
        var fanIn = inputs / groups * kernel * kernel;
        Weight = Initialization.InverseFanIn(Parameter.Empty(outputs, inputs / groups, kernel, kernel), fanIn);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), fanIn) : null;
    }

    /// <summary>A convolution that steps over images as another does, with weights and a bias of its own.</summary>
    internal Conv2d(Conv2d like, Tensor weight, Tensor bias)
    {
        (_stride, _padding, _dilation, _groups) = (like._stride, like._padding, like._dilation, like._groups);
        (Weight, Bias) = (new Parameter(weight), new Parameter(bias));
    }

    /// <summary>Groups of channels that do not see each other.</summary>
    internal long Groups => _groups;

    /// <summary>(outputs, inputs / groups, kernel, kernel).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Conv2d(input, Weight, Bias, _stride, _padding, _dilation, _groups);
}
