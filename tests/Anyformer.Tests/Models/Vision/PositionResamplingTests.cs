using Anyformer.Models.Vision;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Models.Vision;

public sealed class PositionResamplingTests
{
    private static readonly FsCheck.Gen<(long H, long W, long NewH, long NewW, double Offset, bool Antialias)> s_grids =
        from sizes in Gen.Choose(1, 9).ArrayOf(4)
        from offset in Gen.Elements(0, 0.1)
        from antialias in Gen.Elements(false, true)
        select ((long)sizes[0], (long)sizes[1], (long)sizes[2], (long)sizes[3], offset, antialias);

    [Fact]
    public void TheSameGridGetsTheSamePositions()
    {
        var positions = Tensors.Normal(1, 1, 12, 3);
        Assert.Same(positions, new PositionResampling { Offset = 0.1 }.Resample(positions, new PatchGrid(3, 4), new PatchGrid(3, 4)));
    }

    [Fact]
    public void TheSameNumberOfPatchesInAnotherGridIsResampled()
    {
        var positions = Tensors.Normal(1, 1, 12, 3);
        Assert.NotEqual(positions.Numbers(), new PositionResampling().Resample(positions, new PatchGrid(3, 4), new PatchGrid(4, 3)).Numbers());
    }

    [Fact]
    public void ItIsAProductOfCubicWeightsAlongEachAxis() => Property.Holds(s_grids, item =>
    {
        using var scope = new TensorScope();
        var (from, to) = (new PatchGrid(item.H, item.W), new PatchGrid(item.NewH, item.NewW));
        if (from == to)
            return;
        var positions = Tensors.Normal64(1, 1, from.Count, 2);
        var rows = Weights(from.Height, to.Height, item.Offset, item.Antialias);
        var columns = Weights(from.Width, to.Width, item.Offset, item.Antialias);
        var grid = positions.View([from.Height, from.Width, 2]).Permute([2, 0, 1]);
        var expected = rows.MatMul(grid).MatMul(columns.Transpose(0, 1)).Permute([1, 2, 0]).Reshape([1, to.Count, 2]);
        var resampled = new PositionResampling { Offset = item.Offset, Antialias = item.Antialias }.Resample(positions, from, to);
        Tensors.AssertClose(expected, resampled, 1e-10);
    });

    /// <summary>The weight of every old place in every new one, by the formulas.</summary>
    private static Tensor Weights(long from, long to, double offset, bool antialias)
    {
        var step = from / (to + offset);
        var weights = new double[to, from];
        for (var i = 0; i < to; i++)
            foreach (var (place, weight) in antialias ? Wide(i, step, from) : Four(i, step, from))
                weights[i, place] += weight;
        return Tensor.From<double>([.. weights.Cast<double>()], to, from);
    }

    private static IEnumerable<(long Place, double Weight)> Four(int i, double step, long from)
    {
        var place = (i + 0.5) * step - 0.5;
        for (var tap = Math.Floor(place) - 1; tap <= Math.Floor(place) + 2; tap++)
            yield return (Math.Clamp((long)tap, 0, from - 1), Cubic(place - tap, -0.75));
    }

    private static IEnumerable<(long Place, double Weight)> Wide(int i, double step, long from)
    {
        var (centre, scale) = ((i + 0.5) * step, Math.Max(step, 1));
        var first = Math.Max((long)(centre - 2 * scale + 0.5), 0);
        var last = Math.Min((long)(centre + 2 * scale + 0.5), from);
        var taps = Enumerable.Range((int)first, (int)(last - first)).Select(j => (Place: (long)j, Weight: Cubic((j - centre + 0.5) / scale, -0.5))).ToArray();
        return taps.Select(tap => (tap.Place, tap.Weight / taps.Sum(other => other.Weight)));
    }

    private static double Cubic(double t, double a) => Math.Abs(t) switch
    {
        < 1 and var x => (a + 2) * x * x * x - (a + 3) * x * x + 1,
        < 2 and var x => a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a,
        _ => 0,
    };
}
