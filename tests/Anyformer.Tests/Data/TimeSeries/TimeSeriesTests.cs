using Series = Anyformer.Data.TimeSeries.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

public class TimeSeriesTests
{
    private static readonly DateTime s_day = new(2024, 1, 1);

    [Fact]
    public void Rows_are_slices_of_the_values()
    {
        var series = new Series(["a", "b"], [s_day, s_day.AddDays(1), s_day.AddDays(2)], [1, 2, 3, 4, 5, 6]);
        Assert.Equal((3, 2), (series.RowCount, series.VariateCount));
        Assert.Equal([3, 4], series.Row(1).ToArray());
        Assert.Equal([3, 4, 5, 6], series.Rows(new(1, 3)).ToArray());
    }

    [Fact]
    public void A_value_may_be_missing()
    {
        Assert.True(new Series(["a", "b"], [s_day], [1, double.NaN]).HasMissing);
        Assert.False(new Series(["a", "b"], [s_day], [1, 2]).HasMissing);
    }

    [Fact]
    public void What_is_no_series_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Series([], [s_day], []));
        Assert.Throws<ArgumentException>(() => new Series(["a"], [s_day], [1, 2]));
        Assert.Throws<ArgumentException>(() => new Series(["a"], [s_day, s_day.AddDays(-1)], [1, 2]));
        Assert.Throws<ArgumentException>(() => new Series(["a"], [s_day], [double.PositiveInfinity]));
    }
}
