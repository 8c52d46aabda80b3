using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A convolution without bias and a batch norm: (batch, inputs, height, width) to (batch, outputs, height', width').</summary>
public sealed class ConvBatchNorm : TensorModule, IFoldableBatchNorm
{
    /// <summary>A convolution that pads half its kernel on both sides, so that a stride of 1 keeps the size of images.</summary>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Channels of the output.</param>
    /// <param name="kernel">Places that a kernel covers along each side; odd.</param>
    /// <param name="stride">Places from one kernel to the next.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="scale">The norm's first weight: 0 makes a branch that begins with nothing.</param>
    public ConvBatchNorm(long inputs, long outputs, long kernel = 1, long stride = 1, long groups = 1, double scale = 1)
    {
        Convolution = new Conv2d(inputs, outputs, kernel, stride, padding: kernel / 2, groups: groups, bias: false);
        Norm = new BatchNorm(outputs);
        Initialization.Constant(Norm.Weight, scale);
    }

    private Conv2d Convolution { get; set; }

    private BatchNorm? Norm { get; set; }

    /// <inheritdoc/>
    public bool IsFolded => Norm is null;

    /// <inheritdoc/>
    public void FoldBatchNorm()
    {
        if (Norm is null)
            return;
        Convolution = BatchNormFolding.Fold(Convolution, Norm);
        Norm = null;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var output = Convolution.Call(input);
        return Norm is null ? output : Norm.Call(output);
    }
}
