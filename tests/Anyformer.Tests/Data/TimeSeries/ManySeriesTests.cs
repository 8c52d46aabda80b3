using Anyformer.Data.TimeSeries;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;
using Series = Anyformer.Data.TimeSeries.TimeSeries;

namespace Anyformer.Tests.Data.TimeSeries;

public class ManySeriesTests
{
    private const string Table =
        """
        store,date,sales,price
        b,2024-01-01,1,10
        a,2024-01-01,5,50
        b,2024-01-02,2,20
        a,2024-01-02,6,60
        a,2024-01-03,7,70
        b,2024-01-04,4,40
        a,2024-01-05,,90

        """;

    [Fact]
    public void Every_id_is_a_series_of_its_own_in_the_order_of_the_table()
    {
        var table = ReadAll(Table.Replace(",,", ",9,"));
        Assert.Equal(["b", "a"], table.Series.Select(series => series.Id));
        Assert.Equal(["sales", "price"], table.Series[0].Variates.AsEnumerable());
        Assert.Equal([1, 10, 2, 20, 4, 40], Values(table, 0));
        Assert.Equal([5, 50, 6, 60, 7, 70, 9, 90], Values(table, 1));
        Assert.Equal([new(2024, 1, 1), new(2024, 1, 2), new(2024, 1, 4)], ((Series)table.Series[0]).Times.AsEnumerable());
        Assert.All(table.Series, series => Assert.Equal(new FixedStep(TimeSpan.FromDays(1)), series.Step));
        Assert.Equal("2 gaps", table.Warnings.Summary);
    }

    [Theory]
    [InlineData(FillPolicy.Forward, new double[] { 1, 2, 2, 4 }, new double[] { 5, 6, 7, 7, 7 })]
    [InlineData(FillPolicy.Linear, new double[] { 1, 2, 3, 4 }, new double[] { 5, 6, 7, 7, 7 })]
    [InlineData(FillPolicy.Mask, new[] { 1, 2, double.NaN, 4 }, new[] { 5, 6, 7, double.NaN, double.NaN })]
    public void Gaps_are_filled_within_a_series(FillPolicy fill, double[] b, double[] a)
    {
        var table = ReadAll(Table, options => options with { Fill = fill, Columns = ["sales"] });
        Assert.Equal(b, Values(table, 0));
        Assert.Equal(a, Values(table, 1));
        Assert.Equal("1 missing value, 2 gaps", table.Repairs.Summary);
    }

    [Fact]
    public void The_future_of_every_series_is_its_own()
    {
        var table = ReadAll(Table, options => options with { Known = ["price"] });
        Assert.Equal((3, 0), (table.Series[0].RowCount, table.Series[0].FutureCount));
        Assert.Equal((3, 1), (table.Series[1].RowCount, table.Series[1].FutureCount));
        Assert.Equal([new(2024, 1, 3), new DateTime(2024, 1, 5)], table.Series[1].TimesFrom(2, 2));
        var prices = new double[2];
        table.Series[1].CopyKnown(2, prices);
        Assert.Equal([70, 90], prices);
    }

    [Theory]
    [InlineData("b,2024-01-03,3,30", "line 9, column 2: the time 2024-01-03 00:00:00 is before that of the row above of 'b', 2024-01-04 00:00:00")]
    [InlineData("b,2024-01-04,3,30", "line 9, column 2: line 7 has the time 2024-01-04 00:00:00 too, with other values")]
    [InlineData(" ,2024-01-05,3,30", "line 9, column 1: the id in 'store' is missing")]
    public void Problems_are_those_of_a_series(string row, string message) => Assert.Equal(
        $"a.csv: {message}; fill (forward, linear, zero or mask) repairs it.",
        Assert.Throws<UserException>(() => ReadAll(Table.Replace(",,", ",9,") + row + "\n")).Message);

    [Fact]
    public void A_series_without_a_number_in_a_column_cannot_be_filled_but_masked()
    {
        var text = "id,date,x,y\na,2024-01-01,1,1\na,2024-01-02,2,2\nb,2024-01-01,3,\nb,2024-01-02,4,\n";
        Assert.Equal("a.csv: the column 'y' of 'b' holds no number.",
            Assert.Throws<UserException>(() => ReadAll(text, options => options with { IdColumn = "id", Fill = FillPolicy.Zero })).Message);
        Assert.Equal([3, double.NaN, 4, double.NaN], Values(ReadAll(text, options => options with { IdColumn = "id", Fill = FillPolicy.Mask }), 1));
    }

    [Theory]
    [InlineData("shop", "there is no column 'shop' (columns: store, date, sales, price).")]
    [InlineData("date", "no column holds dates in its first rows (columns: store, date, sales, price); set data.date-column and, if need be, data.date-format.")]
    public void A_column_that_is_none_of_ids_is_refused(string column, string message) => Assert.Equal($"a.csv: {message}",
        Assert.Throws<UserException>(() => ReadAll(Table, options => options with { IdColumn = column })).Message);

    [Fact]
    public void The_order_of_rows_of_different_series_does_not_matter()
    {
        var series = from rows in Gen.Choose(1, 6).NonEmptyListOf()
                     from order in Gen.Shuffle(rows.SelectMany((count, id) => Enumerable.Repeat(id, count)).ToArray())
                     select (Rows: rows, Order: order);
        Property.Holds(series, drawn =>
        {
            var next = new int[drawn.Rows.Count];
            var lines = drawn.Order.Select(id => $"s{id},2024-01-{++next[id]:00},{id * 100 + next[id]}");
            var table = ReadAll("id,date,x\n" + string.Join('\n', lines), options => options with { IdColumn = "id" });
            Assert.Equal(drawn.Order.Distinct().Select(id => $"s{id}"), table.Series.Select(one => one.Id));
            foreach (var (i, id) in drawn.Order.Distinct().Index())
                Assert.Equal(Enumerable.Range(1, drawn.Rows[id]).Select(row => id * 100.0 + row), Values(table, i));
            Assert.Equal(0, table.Warnings.Total);
        });
    }

    [Fact]
    public void Series_of_one_row_have_no_step_that_could_be_irregular() => Assert.Equal(0,
        ReadAll("id,date,x\nc,2024-01-01,3\nb,2024-01-01,2\na,2024-01-01,1\n", options => options with { IdColumn = "id" }).Warnings.Total);

    private static TimeSeriesTable ReadAll(string text, Func<TimeSeriesReadOptions, TimeSeriesReadOptions>? change = null)
    {
        var options = new TimeSeriesReadOptions { IdColumn = "store" };
        return TimeSeriesReader.ReadAll(new StringReader(text), "a.csv", change is null ? options : change(options));
    }

    private static double[] Values(TimeSeriesTable table, int series) => [.. ((Series)table.Series[series]).Values];
}
