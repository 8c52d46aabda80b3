using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>How learned positions of a grid of patches are brought to another grid: bicubic, in single precision at least.</summary>
public sealed record PositionResampling
{
    /// <summary>
    /// Patches that are added to the new grid when the step between samples is worked out: 0.1 in DINO and in DINOv2 without registers, against sizes
    /// that rounding made a patch too small. It moves the samples a little, so weights go with the offset they were trained for.
    /// </summary>
    [Description("patches added to the new grid when the step between samples is worked out; 0.1 in DINO and in DINOv2 without registers")]
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Offset { get; init; }

    /// <summary>Whether the kernel widens where the grid shrinks.</summary>
    [Description("the kernel widens where the grid shrinks, and its weights add up to one")]
    public bool Antialias { get; init; } = true;

    /// <summary>The positions of another grid. The same grid gets the same positions.</summary>
    /// <param name="positions">(1, patches, width), row by row.</param>
    /// <param name="from">The grid they are of.</param>
    /// <param name="to">The grid they are wanted for.</param>
    public Tensor Resample(Tensor positions, PatchGrid from, PatchGrid to)
    {
        if (from == to)
            return positions;
        using var scope = new TensorScope();
        var exact = positions.DType == DType.Float64 ? positions : positions.To(DType.Float32);
        var grid = exact.Reshape([1, from.Height, from.Width, -1]).Permute([0, 3, 1, 2]);
        var resampled = Antialias
            ? grid.UpsampleBicubic2dAntialiased([to.Height, to.Width], false, Scale(from.Height, to.Height), Scale(from.Width, to.Width))
            : grid.UpsampleBicubic2d([to.Height, to.Width], false, Scale(from.Height, to.Height), Scale(from.Width, to.Width));
        return scope.Keep(resampled.Flatten(2).Transpose(1, 2).To(positions.DType));
    }

    /// <summary>Without an offset the sizes say it all.</summary>
    private double? Scale(long from, long to) => Offset == 0 ? null : (to + Offset) / from;
}
