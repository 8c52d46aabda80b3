using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Learned positions of long samples in few numbers: positions are laid out in a box, and a position's vector is one learned piece per axis, side
/// by side (Kitaev et al., ICLR 2020, arXiv 2001.04451, appendix; Ho et al. 2019, arXiv 1912.12180).
/// </summary>
[Formula(
    "P_p = [T1_a, T2_b], p = a n2 + b",
    Where = "P: (positions, width); T1, T2: learned pieces of each axis, (n1, first width), (n2, second width); "
        + "a, b: places along the axes; n2: length of the second axis")]
[Method("axial-positions", "Axial positions", Family.AbsolutePositions, 2020, System = "reformer",
    Paper = "Kitaev, Kaiser, Levskaya, Reformer: The Efficient Transformer, ICLR 2020, arXiv 2001.04451",
    Complexity = "O(tokens)")]
public sealed class AxialPositions : Module
{
    private readonly long[] _box;

    /// <summary>Positions of ones.</summary>
    /// <param name="box">Length of each axis; their product is the most positions.</param>
    /// <param name="widths">Width of each axis' piece; their sum is the width of a token.</param>
    /// <exception cref="UserException">There are not as many widths as axes.</exception>
    public AxialPositions(IReadOnlyList<int> box, IReadOnlyList<int> widths)
    {
        if (box.Count != widths.Count || box.Count == 0)
            throw new UserException($"Axial positions need a width for every axis, found {box.Count} axes and {widths.Count} widths.");
        _box = [.. box.Select(length => (long)length)];
        Axes = ModuleList<Axis>.Of(box.Count, axis => new Axis(axis, box.Count, box[axis], widths[axis]));
    }

    private ModuleList<Axis> Axes { get; }

    /// <summary>The vectors of the first positions, (count, width).</summary>
    /// <exception cref="UserException">The box has fewer positions.</exception>
    public Tensor Call(long count)
    {
        var most = _box.Aggregate(1L, (product, length) => product * length);
        if (count > most)
            throw new UserException($"The axial positions are {string.Join(" · ", _box)} = {most}, found {count} tokens.");
        using var scope = new TensorScope();
        var pieces = Axes.Select(axis => axis.Weight.Expand([.. _box, -1]));
        return scope.Keep(Functional.Cat([.. pieces], -1).Flatten(0, -2).Narrow(0, 0, count));
    }

    private sealed class Axis(int axis, int axes, long length, long width) : Module
    {
        /// <summary>The length of the axis among ones, and the width.</summary>
        internal Parameter Weight { get; } = Initialization.Constant(
            Parameter.Empty([.. Enumerable.Range(0, axes).Select(i => i == axis ? length : 1), width]), 1);
    }
}
