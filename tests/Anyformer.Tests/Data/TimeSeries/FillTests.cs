using Anyformer.Data.TimeSeries;
using static Anyformer.Tests.Data.TimeSeries.Tables;

namespace Anyformer.Tests.Data.TimeSeries;

public class FillTests
{
    private const double _ = double.NaN;

    private const string Broken =
        """
        date,a,b
        2020-01-01 02:00,4,
        2020-01-01 00:00,,1
        2020-01-01 01:00,2,bad
        2020-01-01 03:00,5,7
        2020-01-01 03:00,6,7
        never,6,7
        2020-01-01 06:00,9
        2020-01-01 07:00,12,9
        2020-01-01 07:00,12,9

        """;

    [Theory]
    [InlineData(FillPolicy.Forward, new double[] { 2, 1, 2, 1, 4, 1, 6, 7, 6, 7, 6, 7, 6, 7, 12, 9 })]
    [InlineData(FillPolicy.Linear, new double[] { 2, 1, 2, 3, 4, 5, 6, 7, 7.5, 7.5, 9, 8, 10.5, 8.5, 12, 9 })]
    [InlineData(FillPolicy.Zero, new double[] { 0, 1, 2, 0, 4, 0, 6, 7, 0, 0, 0, 0, 0, 0, 12, 9 })]
    [InlineData(FillPolicy.Mask, new[] { _, 1, 2, _, 4, _, 6, 7, _, _, _, _, _, _, 12, 9 })]
    public void Rows_are_sorted_deduplicated_completed_and_filled(FillPolicy fill, double[] expected)
    {
        var reading = Read(Broken, fill);
        Assert.Equal(expected, reading.Series.Values.AsEnumerable());
        Assert.Equal(Enumerable.Range(0, 8).Select(hour => new DateTime(2020, 1, 1, hour, 0, 0)), reading.Series.Times.AsEnumerable());
        Assert.Equal(0, reading.Warnings.Total);
        Assert.Equal(
            "1 ragged row, 1 unreadable date, 1 text in a number column, 2 missing values, "
            + "1 row out of order, 1 duplicate time, 1 duplicate row, 1 gap",
            reading.Repairs.Summary);
    }

    [Fact]
    public void Linear_filling_follows_the_time_and_holds_the_ends()
    {
        var series = Read("date,a\n2020-02-01,\n2020-02-02,1\n2020-02-03,\n2020-02-06,5\n2020-02-07,\n", FillPolicy.Linear).Series;
        Assert.Equal([1, 1, 2, 3, 4, 5, 5], series.Values.AsEnumerable());
    }

    [Fact]
    public void Months_are_inserted_by_the_calendar()
    {
        var series = Read("date,a\n2019-10-31,1\n2019-11-30,2\n2019-12-31,3\n2020-02-29,4\n2020-03-31,5\n", FillPolicy.Forward).Series;
        Assert.Equal(
            [new(2019, 10, 31), new(2019, 11, 30), new(2019, 12, 31), new(2020, 1, 31), new(2020, 2, 29), new(2020, 3, 31)],
            series.Times.AsEnumerable());
        Assert.Equal([1, 2, 3, 3, 4, 5], series.Values.AsEnumerable());
    }

    [Fact]
    public void Irregular_steps_stay_and_are_still_warned_of()
    {
        var reading = Read("date,a\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-03 06:00,4\n", FillPolicy.Zero);
        Assert.Equal([1, 2, 3, 4], reading.Series.Values.AsEnumerable());
        Assert.Equal("1 irregular step", reading.Warnings.Summary);
        Assert.Equal(0, reading.Repairs.Total);
    }

    [Fact]
    public void A_column_without_any_number_cannot_be_filled()
    {
        Assert.Equal("a.csv: the column 'b' holds no number.",
            Error("date,a,b\n2020-01-01,1,x\n2020-01-02,1,y\n", new TimeSeriesReadOptions { Fill = FillPolicy.Zero }));
    }

    [Fact]
    public void One_wrong_date_does_not_make_millions_of_rows()
    {
        Assert.Equal("a.csv: line 5: filling the gaps at a step of 1 minute would make more than 1040 rows; is a date wrong?",
            Error("date,a\n2020-01-01 00:00,1\n2020-01-01 00:01,1\n2020-01-01 00:02,1\n2120-01-02 00:02,1\n",
                new TimeSeriesReadOptions { Fill = FillPolicy.Zero }));
    }
}
