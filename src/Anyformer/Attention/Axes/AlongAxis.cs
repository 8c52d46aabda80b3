using Anyformer.Torch;

namespace Anyformer.Attention.Axes;

/// <summary>Mixing tokens of a grid along one of its axes.</summary>
internal static class AlongAxis
{
    /// <summary>What a mixer makes of each row of tokens that differ in one axis alone: (batch, axes..., width) to the same.</summary>
    /// <param name="grid">(batch, axes..., width).</param>
    /// <param name="axis">The dimension of the axis.</param>
    /// <param name="mixer">(rows, tokens of the axis, width) to the same.</param>
    internal static Tensor Mix(Tensor grid, int axis, Func<Tensor, Tensor> mixer)
    {
        var moved = grid.MoveDim(axis, -2);
        return mixer(moved.Flatten(0, -3)).View(moved.Shape).MoveDim(-2, axis);
    }

    /// <summary>What holds of the tokens of a grid, (batch, axes...), by the rows of <see cref="Mix"/>: (rows, tokens of the axis).</summary>
    internal static Tensor Rows(Tensor grid, int axis) => grid.MoveDim(axis, -1).Flatten(0, -2);
}
