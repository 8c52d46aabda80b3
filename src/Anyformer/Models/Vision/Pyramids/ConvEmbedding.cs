using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>
/// Makes a map of fewer and wider places, (batch, height, width, channels): a convolution, whose kernels may overlap or not, and a
/// normalisation of each place. What is left over below and at the right is left out; a map smaller than the kernel is padded to it.
/// </summary>
internal sealed class ConvEmbedding : TensorModule
{
    private readonly long _kernel;
    private readonly long _stride;
    private readonly long _padding;

    /// <param name="inputs">Channels of the map.</param>
    /// <param name="outputs">Channels of the new map.</param>
    /// <param name="kernel">Places that a kernel covers along each side.</param>
    /// <param name="stride">Places from one kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="hasNorm">Whether each place is normalised.</param>
    internal ConvEmbedding(long inputs, long outputs, long kernel, long stride, long padding = 0, bool hasNorm = true)
    {
        (_kernel, _stride, _padding) = (kernel, stride, padding);
        Convolution = new Conv2d(inputs, outputs, kernel, stride, padding);
        Norm = hasNorm ? new LayerNorm(outputs) : null;
    }

    internal Conv2d Convolution { get; }

    private LayerNorm? Norm { get; }

    /// <summary>The size of the map that comes of one.</summary>
    internal PatchGrid SizeOf(PatchGrid map) => new(Places(map.Height), Places(map.Width));

    protected override Tensor Forward(Tensor input)
    {
        var (below, right) = (Missing(input.Size(1)), Missing(input.Size(2)));
        var padded = below + right > 0 ? input.ConstantPadNd([0, 0, 0, right, 0, below]) : input;
        var embedded = Convolution.Call(padded.MoveDim(-1, 1)).MoveDim(1, -1);
        return Norm is null ? embedded : Norm.Call(embedded);
    }

    private long Places(long size) => (size + Missing(size) + 2 * _padding - _kernel) / _stride + 1;

    private long Missing(long size) => Math.Max(0, _kernel - 2 * _padding - size);
}
