using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>
/// Makes one place of two by two, with twice the channels: their channels side by side, normalised and mapped (Liu et al., ICCV 2021, arXiv
/// 2103.14030, section 3.1). (batch, height, width, channels) to (batch, height / 2, width / 2, 2 channels); odd sides are padded with zeros.
/// </summary>
internal sealed class PatchMerging(long width) : TensorModule
{
    private LayerNorm Norm { get; } = new(4 * width);

    private Linear Reduction { get; } = new(4 * width, 2 * width, bias: false);

    /// <summary>The size of the map that comes of one.</summary>
    internal static PatchGrid SizeOf(PatchGrid map) => PatchGrid.Covering(map.Height, map.Width, 2);

    protected override Tensor Forward(Tensor input)
    {
        var (below, right) = (input.Size(1) % 2, input.Size(2) % 2);
        var padded = below + right > 0 ? input.ConstantPadNd([0, 0, 0, right, 0, below]) : input;
        // The four come column by column.
        var merged = padded.Unflatten(2, [-1, 2]).Unflatten(1, [-1, 2]).Permute([0, 1, 3, 4, 2, 5]).Flatten(3);
        return Reduction.Call(Norm.Call(merged));
    }
}
