using System.IO.Compression;
using System.Text;
using Anyformer.Data.TimeSeries;
using Anyformer.Testing;
using FsCheck.Fluent;
using static Anyformer.Tests.Data.TimeSeries.Tables;

namespace Anyformer.Tests.Data.TimeSeries;

public class TimeSeriesReaderTests
{
    private const string Simple = "date,a,b\n2020-01-01 00:00:00,1,-2.5\n2020-01-01 01:00:00,3e2,4\n";

    [Fact]
    public void Reads_names_times_values_and_step()
    {
        var reading = Read(Simple);
        Assert.Equal(["a", "b"], reading.Series.Variates.AsEnumerable());
        Assert.Equal([new DateTime(2020, 1, 1), new DateTime(2020, 1, 1, 1, 0, 0)], reading.Series.Times.AsEnumerable());
        Assert.Equal([1, -2.5, 300, 4], reading.Series.Values.AsEnumerable());
        Assert.Equal(new FixedStep(TimeSpan.FromHours(1)), reading.Series.Step);
        Assert.Equal((0, 0), (reading.Warnings.Total, reading.Repairs.Total));
    }

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void Finds_the_delimiter(char delimiter)
    {
        var text = Simple.Replace(',', delimiter);
        Assert.Equal([1, -2.5, 300, 4], Read(text).Series.Values.AsEnumerable());
        Assert.Equal([1, -2.5, 300, 4], Read(text, new TimeSeriesReadOptions { Delimiter = delimiter }).Series.Values.AsEnumerable());
    }

    [Fact]
    public void The_delimiter_is_the_one_that_the_lines_agree_on()
    {
        var reading = Read("date;\"speed, m/s\";load, kW\n2020-01-01;1;2\n2020-01-02;3;4\n");
        Assert.Equal(["speed, m/s", "load, kW"], reading.Series.Variates.AsEnumerable());
    }

    [Theory]
    [InlineData("date,a,b\r\n2020-01-01 00:00:00,1,-2.5\r\n2020-01-01 01:00:00,3e2,4\r\n")]
    [InlineData("date,a,b\n2020-01-01 00:00:00,1,-2.5\n2020-01-01 01:00:00,3e2,4")]
    [InlineData("\n\ndate,a,b\n2020-01-01 00:00:00,1,-2.5\n  \n2020-01-01 01:00:00,3e2,4\n\n")]
    [InlineData("\"date\",\"a\",\"b\"\n\"2020-01-01 00:00:00\",\"1\",-2.5\n2020-01-01 01:00:00, 3e2 ,\"4\"\n")]
    public void Line_ends_blank_lines_and_quotes_do_not_matter(string text)
    {
        var reading = Read(text);
        Assert.Equal(["a", "b"], reading.Series.Variates.AsEnumerable());
        Assert.Equal([1, -2.5, 300, 4], reading.Series.Values.AsEnumerable());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_may_be_compressed_and_begin_with_a_byte_order_mark(bool compressed)
    {
        var path = Path.GetTempFileName();
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Simple)];
        using (Stream file = compressed ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path))
            file.Write(bytes);
        Assert.Equal(["a", "b"], TimeSeriesReader.Read(path).Series.Variates.AsEnumerable());
        File.Delete(path);
    }

    [Fact]
    public void The_date_column_may_stand_anywhere_and_one_with_a_usual_name_comes_first()
    {
        Assert.Equal(["a"], Read("a,day\n1,2020-01-01\n2,2020-01-02\n").Series.Variates.AsEnumerable());
        var options = new TimeSeriesReadOptions { Columns = ["a"] };
        var both = "made,a,Timestamp\n2021-05-01,1,2020-01-01\n2021-05-02,2,2020-01-02\n";
        Assert.Equal(new DateTime(2020, 1, 1), Read(both, options).Series.Times[0]);
        Assert.Equal(new DateTime(2021, 5, 1), Read(both, options with { DateColumn = "made" }).Series.Times[0]);
    }

    [Fact]
    public void Columns_are_read_in_the_order_asked_for_and_the_target_comes_last()
    {
        const string text = "date,a,b,note\n2020-01-01,1,2,fine\n2020-01-02,3,4,fine\n";
        var chosen = Read(text, new TimeSeriesReadOptions { Columns = ["b", "a"] }).Series;
        Assert.Equal(["b", "a"], chosen.Variates.AsEnumerable());
        Assert.Equal([2, 1, 4, 3], chosen.Values.AsEnumerable());
        var target = Read(text, new TimeSeriesReadOptions { Columns = ["a", "b"], Target = "a" }).Series;
        Assert.Equal(["b", "a"], target.Variates.AsEnumerable());
    }

    [Fact]
    public void A_column_without_a_name_is_named_by_its_place()
    {
        Assert.Equal(["column 1", "a"], Read(",date,a\n0,2020-01-01,1\n1,2020-01-02,3\n").Series.Variates.AsEnumerable());
    }

    [Fact]
    public void Random_series_survive_writing_and_reading()
    {
        var tables =
            from columns in Gen.Choose(1, 5)
            from rows in Gen.Choose(1, 20)
            from values in Gen.Choose(-1_000_000, 1_000_000).Select(value => value / 1024.0 * Math.Exp(value / 1e5)).ArrayOf(rows * columns)
            from delimiter in Gen.Elements(',', ';', '\t', '|')
            from end in Gen.Elements("\n", "\r\n")
            from minutes in Gen.Choose(1, 3000)
            select (columns, rows, values, delimiter, end, minutes);
        Property.Holds(tables, table =>
        {
            var start = new DateTime(1999, 12, 31, 22, 15, 0);
            var text = new StringBuilder("when").AppendJoin("", Enumerable.Range(0, table.columns).Select(c => $"{table.delimiter}v{c}"));
            for (var row = 0; row < table.rows; row++)
                text.Append(table.end).Append(start.AddMinutes(row * table.minutes).ToString("s"))
                    .AppendJoin("", table.values.Skip(row * table.columns).Take(table.columns)
                        .Select(value => FormattableString.Invariant($"{table.delimiter}{value:R}")));
            var series = Read(text.ToString()).Series;
            Assert.Equal(table.values, series.Values.AsEnumerable());
            Assert.Equal(start.AddMinutes((table.rows - 1) * table.minutes), series.Times[^1]);
        });
    }
}
