using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The places of a grid as waves of linearly spaced frequencies (Jaegle et al., ICML 2021, arXiv 2103.03206, section 3.2).</summary>
public static class FourierFeatures
{
    /// <summary>The number of features of a place: sine and cosine of every band and the place itself, for every axis.</summary>
    public static int Count(int axes, int bands) => axes * (2 * bands + 1);

    /// <summary>
    /// (size of every axis ..., features): for each axis in turn <c>sin(π f p)</c> of every band, <c>cos(π f p)</c> of every band, and <c>p</c>, where p goes
    /// from -1 to 1 along the axis and f from 1 to half of <paramref name="maxFrequency"/>.
    /// </summary>
    public static Tensor Of(ReadOnlySpan<long> axes, int bands, double maxFrequency, DType dtype = DType.Float32, Device? device = null)
    {
        using var scope = new TensorScope();
        var grid = axes.ToArray();
        var frequencies = Functional.Linspace(1, maxFrequency / 2, bands, dtype: dtype, device: device);
        var features = grid.Select((size, axis) => OnGrid(OfAxis(size, frequencies), axis, grid));
        return scope.Keep(Functional.Cat([.. features], -1));
    }

    /// <summary>(size, features of one axis).</summary>
    private static Tensor OfAxis(long size, Tensor frequencies)
    {
        var places = Functional.Linspace(-1, 1, size, dtype: frequencies.DType, device: frequencies.Device).Unsqueeze(-1);
        var angles = places * frequencies * Math.PI;
        return Functional.Cat([angles.Sin(), angles.Cos(), places], -1);
    }

    /// <summary>The features of one axis, the same along all others.</summary>
    private static Tensor OnGrid(Tensor features, int axis, long[] grid)
    {
        var alone = grid.Select((size, i) => i == axis ? size : 1);
        return features.View([.. alone, features.Size(1)]).Expand([.. grid, -1]);
    }
}
