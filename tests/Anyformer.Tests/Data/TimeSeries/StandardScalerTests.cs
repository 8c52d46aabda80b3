using Anyformer.Data.TimeSeries;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Data.TimeSeries;

public class StandardScalerTests
{
    [Fact]
    public void Mean_and_population_deviation_by_column()
    {
        var scaler = StandardScaler.Fit([1, 10, 3, 10, 5, 40], 2);
        Assert.Equal([3, 20], scaler.Mean.AsEnumerable());
        Assert.Equal([Math.Sqrt(8 / 3.0), Math.Sqrt(200)], scaler.Deviation.AsEnumerable());
        var standardised = new float[4];
        scaler.Transform([3, 20, 5, 0], standardised);
        Assert.Equal([0, 0, (float)(2 / Math.Sqrt(8 / 3.0)), (float)(-20 / Math.Sqrt(200))], standardised);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(1e9 / 3)]
    public void A_column_that_does_not_vary_has_deviation_one(double value)
    {
        Assert.Equal(1, StandardScaler.Fit(Enumerable.Repeat(value, 1237).ToArray(), 1).Deviation[0]);
    }

    [Fact]
    public void A_column_that_varies_by_little_keeps_its_deviation()
    {
        Assert.Equal(1e-6, StandardScaler.Fit([1 - 1e-6, 1 + 1e-6], 1).Deviation[0], 1e-12);
    }

    [Fact]
    public void The_inverse_takes_standardised_values_back()
    {
        var draws = from columns in Gen.Choose(1, 4)
                    from rows in Gen.Choose(2, 30)
                    from values in Gen.Choose(-100_000, 100_000).Select(value => value / 64.0).ArrayOf(rows * columns)
                    select (columns, values);
        Property.Holds(draws, draw =>
        {
            var scaler = StandardScaler.Fit(draw.values, draw.columns);
            var (standardised, back) = (new float[draw.values.Length], new double[draw.values.Length]);
            scaler.Transform(draw.values, standardised);
            scaler.Inverse(standardised, back);
            for (var i = 0; i < back.Length; i++)
                Assert.Equal(draw.values[i], back[i], 1e-6 * scaler.Deviation[i % draw.columns]);
        });
    }

    [Fact]
    public void Missing_values_do_not_count_and_stay_missing()
    {
        var draws = from a in Values from b in Values select (a, b);
        Property.Holds(draws, columns =>
        {
            var rows = Math.Max(columns.a.Length, columns.b.Length);
            double[] At(int row) => [row < columns.a.Length ? columns.a[row] : double.NaN, rows - row <= columns.b.Length ? columns.b[rows - row - 1] : double.NaN];
            var together = StandardScaler.Fit([.. Enumerable.Range(0, rows).SelectMany(At)], 2);
            var (a, b) = (StandardScaler.Fit(columns.a, 1), StandardScaler.Fit([.. columns.b.Reverse()], 1));
            Assert.Equal([a.Mean[0], b.Mean[0]], together.Mean.AsEnumerable());
            Assert.Equal([a.Deviation[0], b.Deviation[0]], together.Deviation.AsEnumerable());
        });
        var scaler = StandardScaler.Fit([1, double.NaN, 3, double.NaN], 2);
        Assert.Equal(([2, 0], [1, 1]), (scaler.Mean.ToArray(), scaler.Deviation.ToArray()), (x, y) => x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2));
        var standardised = new float[2];
        scaler.Transform([4, double.NaN], standardised);
        Assert.Equal([2, float.NaN], standardised);
    }

    private static Gen<double[]> Values => Gen.Choose(-1000, 1000).Select(value => value / 8.0).NonEmptyListOf().Select(list => list.ToArray());

    [Fact]
    public void The_state_makes_the_same_scaler_again_and_nonsense_is_refused()
    {
        var scaler = StandardScaler.Fit([1, 10, 3, 12], 2);
        var again = new StandardScaler(scaler.Mean, scaler.Deviation);
        var (first, second) = (new float[2], new float[2]);
        scaler.Transform([7, 8], first);
        again.Transform([7, 8], second);
        Assert.Equal(first, second);
        Assert.Throws<ArgumentException>(() => new StandardScaler([1], [0]));
        Assert.Throws<ArgumentException>(() => new StandardScaler([1], [double.NaN]));
        Assert.Throws<ArgumentException>(() => new StandardScaler([double.NaN], [1]));
        Assert.Throws<ArgumentException>(() => new StandardScaler([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => StandardScaler.Fit([], 2));
        Assert.Throws<ArgumentException>(() => scaler.Transform([1], new float[1]));
    }
}
