using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>
/// Makes a map smaller, so that there are fewer keys and values: a convolution whose kernel is its stride, and a normalisation (Wang et al.,
/// ICCV 2021, PVT, arXiv 2102.12122, section 3.3). (batch, height, width, channels) to (batch, height / ratio, width / ratio, channels).
/// </summary>
internal sealed class SpatialReduction(long width, long ratio) : TensorModule
{
    internal Conv2d Convolution { get; } = new(width, width, ratio, ratio);

    private LayerNorm Norm { get; } = new(width);

    /// <summary>Places that are left of a map.</summary>
    internal static long PlacesOf(long height, long width, long ratio) => Math.Max(1, height / ratio) * Math.Max(1, width / ratio);

    protected override Tensor Forward(Tensor input)
    {
        // A map smaller than the kernel becomes one place.
        var (below, right) = (Math.Max(0, ratio - input.Size(1)), Math.Max(0, ratio - input.Size(2)));
        var padded = below + right > 0 ? input.ConstantPadNd([0, 0, 0, right, 0, below]) : input;
        return Norm.Call(Convolution.Call(padded.MoveDim(-1, 1)).MoveDim(1, -1));
    }
}

/// <summary>
/// Makes a map of a fixed size of any, so that attention is linear in places: means, a map of each place, a normalisation and GELU (Wang et
/// al. 2022, PVTv2, arXiv 2106.13797, section 3.1). (batch, height, width, channels) to (batch, 7, 7, channels).
/// </summary>
internal sealed class PooledReduction(long width) : TensorModule
{
    private const int Side = 7;

    /// <summary>Places that are left of any map.</summary>
    internal const long Places = Side * Side;

    internal Conv2d Convolution { get; } = new(width, width, 1);

    private LayerNorm Norm { get; } = new(width);

    protected override Tensor Forward(Tensor input) =>
        Norm.Call(Convolution.Call(input.MoveDim(-1, 1).AdaptiveAvgPool2d([Side, Side])).MoveDim(1, -1)).Gelu();
}
