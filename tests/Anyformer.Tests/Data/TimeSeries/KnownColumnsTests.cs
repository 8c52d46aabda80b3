using Anyformer.Data.TimeSeries;
using static Anyformer.Tests.Data.TimeSeries.Tables;

namespace Anyformer.Tests.Data.TimeSeries;

public class KnownColumnsTests
{
    private const string Table =
        """
        date,price,a,holiday,b
        2024-01-01,1.5,10,false,100
        2024-01-02,2.5,11,True,
        2024-01-03,3,,0,
        2024-01-04,3.5,13,1,103
        2024-01-05,4,,false,
        2024-01-06,4.5,n/a,true,

        """;

    [Fact]
    public void They_are_beside_the_series_and_go_on_after_it()
    {
        var series = Read(Table, Options(FillPolicy.Zero)).Series;
        Assert.Equal(["a", "b"], series.Variates.AsEnumerable());
        Assert.Equal([10, 100, 11, 0, 0, 0, 13, 103], series.Values.AsEnumerable());
        Assert.Equal(["holiday", "price"], series.Known.Names.AsEnumerable());
        Assert.Equal([0, 1.5, 1, 2.5, 0, 3, 1, 3.5, 0, 4, 1, 4.5], series.Known.Values.AsEnumerable());
        Assert.Equal([new(2024, 1, 5), new(2024, 1, 6)], series.Known.FutureTimes.AsEnumerable());
        Assert.Equal((4, new DateTime(2024, 1, 4)), (series.RowCount, series.Times[^1]));
        Assert.Equal([0, 3, 1, 3.5], series.Known.Rows(new RowRange(2, 4)).ToArray());
    }

    [Fact]
    public void The_future_is_not_missing_but_a_row_before_it_is() => Assert.Equal(
        "a.csv: line 3, column 5: the value in 'b' is missing (3 problems in all: 3 missing values); fill (forward, linear, zero or mask) repairs it.",
        Error(Table, Options(FillPolicy.None)));

    [Theory]
    [InlineData(FillPolicy.Forward, new double[] { 1, 1, 3, 3, 3, 6, 6 })]
    [InlineData(FillPolicy.Linear, new double[] { 1, 2, 3, 4, 5, 6, 6 })]
    [InlineData(FillPolicy.Zero, new double[] { 1, 0, 3, 0, 0, 6, 0 })]
    [InlineData(FillPolicy.Mask, new double[] { 1, 1, 3, 3, 3, 6, 6 })]
    public void They_are_filled_in_gaps_and_in_the_future(FillPolicy fill, double[] expected)
    {
        var series = Read(
            "date,a,k\n2024-01-01,1,1\n2024-01-02,2,\n2024-01-03,,3\n2024-01-06,,6\n2024-01-07,,\n", new TimeSeriesReadOptions { Known = ["k"], Fill = fill }).Series;
        Assert.Equal(expected, series.Known.Values.AsEnumerable());
        Assert.Equal([1, 2], series.Values.AsEnumerable());
        Assert.Equal(Enumerable.Range(3, 5).Select(day => new DateTime(2024, 1, day)), series.Known.FutureTimes.AsEnumerable());
    }

    [Fact]
    public void Rows_may_come_in_any_order_when_repaired()
    {
        var lines = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var mixed = Read(string.Join('\n', lines[0], lines[5], lines[1], lines[6], lines[3], lines[2], lines[4]), Options(FillPolicy.Forward)).Series;
        var inOrder = Read(Table, Options(FillPolicy.Forward)).Series;
        Assert.Equal(inOrder.Known.Values.AsEnumerable(), mixed.Known.Values.AsEnumerable());
        Assert.Equal(inOrder.Values.AsEnumerable(), mixed.Values.AsEnumerable());
    }

    [Theory]
    [InlineData("sky", "the known column 'sky' holds text such as 'sunny', expected numbers or true and false.")]
    [InlineData("a", "the column 'a' is to be forecast and known ahead, expected one of the two.")]
    [InlineData("date", "'date' is the date column, expected a column of numbers.")]
    [InlineData("wind", "there is no column 'wind' (columns: date, sky, a).")]
    public void What_cannot_be_known_is_refused(string known, string message) => Assert.Equal(
        $"a.csv: {message}", Error("date,sky,a\n2024-01-01,sunny,1\n2024-01-02,,2\n", new() { Known = [known], Columns = ["a"] }));

    [Fact]
    public void A_table_of_nothing_but_the_future_is_refused() => Assert.Equal(
        "a.csv: no row has a value to forecast, all have known columns alone.",
        Error("date,a,k\n2024-01-01,,1\n2024-01-02,,2\n", new() { Known = ["k"] }));

    [Fact]
    public void Features_of_a_step_are_the_calendar_and_then_the_known_columns()
    {
        var calendar = new CalendarFeatures(TimeFrequency.Week);
        var known = new StandardScaler([1, 10], [2, 5]);
        DateTime[] times = [new(2024, 1, 1), new(2024, 1, 8)];
        var dates = calendar.Compute(times);
        Assert.Equal([dates[0], dates[1], 0, 0, dates[2], dates[3], 1, -2], new MarkFeatures(calendar, known).Compute(times, [1, 10, 3, 0]));
        Assert.Equal([0, 0, 1, -2], new MarkFeatures(null, known).Compute(times, [1, 10, 3, 0]));
        Assert.Equal(dates, new MarkFeatures(calendar).Compute(times, []));
        Assert.Empty(new MarkFeatures(null).Compute(times, []));
        Assert.Equal((4, 2), (new MarkFeatures(calendar, known).Count, new MarkFeatures(calendar, known).KnownCount));
    }

    private static TimeSeriesReadOptions Options(FillPolicy fill) => new() { Known = ["holiday", "price"], Fill = fill };
}
