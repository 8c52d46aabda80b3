using System.Globalization;
using Anyformer.Data.TimeSeries;
using static Anyformer.Tests.Data.TimeSeries.Tables;

namespace Anyformer.Tests.Data.TimeSeries;

public class DateReadingTests
{
    [Theory]
    [InlineData("2016-07-01 13:05:09", "2016-07-01 13:05:09")]
    [InlineData("2016-07-01T13:05:09", "2016-07-01 13:05:09")]
    [InlineData("2016-07-01T13:05:09Z", "2016-07-01 13:05:09")]
    [InlineData("2016-07-01T13:05:09.25+02:00", "2016-07-01 11:05:09.25")]
    [InlineData("2016-07-01 13:05:09.1234567", "2016-07-01 13:05:09.1234567")]
    [InlineData("1990/1/2 0:00", "1990-01-02 00:00:00")]
    [InlineData("2016-07-01", "2016-07-01 00:00:00")]
    [InlineData("2016.07.01 13:05", "2016-07-01 13:05:00")]
    [InlineData("02.01.2016 13:05:09", "2016-01-02 13:05:09")]
    [InlineData("31/12/2016 13:05", "2016-12-31 13:05:00")]
    [InlineData("12/31/2016 1:05 PM", "2016-12-31 13:05:00")]
    [InlineData("2016-07", "2016-07-01 00:00:00")]
    [InlineData(" 2016-07-01 ", "2016-07-01 00:00:00")]
    public void Known_formats(string cell, string expected)
    {
        var time = Read($"date,a\n{cell},1\n").Series.Times[0];
        Assert.Equal(DateTime.Parse(expected, CultureInfo.InvariantCulture), time);
        Assert.Equal(DateTimeKind.Unspecified, time.Kind);
    }

    [Fact]
    public void A_later_day_above_twelve_tells_the_order_for_the_rows_before_it()
    {
        Assert.Equal(
            [new(2020, 3, 11, 6, 0, 0), new(2020, 3, 12, 6, 0, 0), new(2020, 3, 13, 6, 0, 0)],
            Read("date,a\n3/11/2020 6:00,1\n3/12/2020 6:00,2\n3/13/2020 6:00,3\n").Series.Times.AsEnumerable());
        Assert.Equal(
            [new(2020, 3, 11), new(2020, 3, 12), new(2020, 3, 13)],
            Read("date,a\n11/03/2020,1\n12/03/2020,2\n13/03/2020,3\n").Series.Times.AsEnumerable());
    }

    [Fact]
    public void Dates_that_stay_ambiguous_are_refused_unless_the_format_is_given()
    {
        const string text = "date,a\n1/1/2020,1\n2/1/2020,2\n";
        Assert.Equal(
            "a.csv: the dates of 'date' can be read day first or month first (such as '2/1/2020'); "
            + "set data.date-format to d/M/yyyy or M/d/yyyy, with the time of day if there is one.", Error(text));
        Assert.EndsWith("set data.date-format to d-M-yyyy or M-d-yyyy, with the time of day if there is one.", Error(text.Replace('/', '-')));
        Assert.Equal(new DateTime(2020, 1, 2), Read(text, new TimeSeriesReadOptions { DateFormat = "d/M/yyyy" }).Series.Times[1]);
        Assert.Equal(new DateTime(2020, 2, 1), Read(text, new TimeSeriesReadOptions { DateFormat = "M/d/yyyy" }).Series.Times[1]);
    }

    [Fact]
    public void Dates_that_read_the_same_either_way_are_not_ambiguous()
    {
        Assert.Equal(new DateTime(2020, 1, 1), Read("date,a\n1/1/2020,1\n").Series.Times[0]);
    }

    [Fact]
    public void A_date_in_another_order_than_the_rows_before_it_is_no_date()
    {
        Assert.Equal(
            "a.csv: line 3, column 1: '01/13/2020' in 'date' is not a date; fill (forward, linear, zero or mask) repairs it.",
            Error("date,a\n13/01/2020,1\n01/13/2020,2\n14/01/2020,2\n"));
    }

    [Fact]
    public void A_format_reads_dates_that_look_like_numbers()
    {
        var options = new TimeSeriesReadOptions { DateFormat = "yyyyMMdd" };
        Assert.Equal(new DateTime(2020, 12, 31), Read("day,a\n20201231,1\n", options).Series.Times[0]);
        Assert.Equal(
            "a.csv: no column holds dates in its first rows (columns: day, a); set data.date-column and, if need be, data.date-format.",
            Error("day,a\n20201231,1\n"));
    }
}
