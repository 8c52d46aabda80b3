using System.IO.Compression;
using System.Text;
using Anyformer.Data.TimeSeries;
using Anyformer.Testing;
using FsCheck.Fluent;
using static Anyformer.Tests.Data.TimeSeries.Tables;

namespace Anyformer.Tests.Data.TimeSeries;

public class TableErrorTests
{
    [Theory]
    [InlineData("", "a.csv: the file is empty, expected a header line and rows.")]
    [InlineData(" \n\n", "a.csv: the file is empty, expected a header line and rows.")]
    [InlineData("date,a\n", "a.csv: there is no row below the header.")]
    [InlineData("date\n2020-01-01\n",
        "a.csv: there is one column ('date'), expected dates and at least one column of numbers, separated by comma, semicolon, tab or pipe.")]
    [InlineData("date,a,a\n2020-01-01,1,2\n", "a.csv: the header names the column 'a' 2 times, expected different names.")]
    [InlineData("2020-01-01,1\n2020-01-02,2\n", "a.csv: the first line holds the date '2020-01-01', expected a header with the names of the columns.")]
    [InlineData("a,b\n1,2\n", "a.csv: no column holds dates in its first rows (columns: a, b); set data.date-column and, if need be, data.date-format.")]
    [InlineData("date,a\0\n2020-01-01,1\n", "a.csv: this is binary data, expected delimited text.")]
    public void What_is_no_table_is_refused(string text, string message) => Assert.Equal(message, Error(text));

    [Fact]
    public void Unknown_columns_are_named_with_those_that_exist()
    {
        const string text = "date,a,b\n2020-01-01,1,2\n";
        Assert.Equal("a.csv: there is no column 'c' (columns: date, a, b).", Error(text, new TimeSeriesReadOptions { Columns = ["a", "c"] }));
        Assert.Equal("a.csv: there is no column 'd' (columns: date, a, b).", Error(text, new TimeSeriesReadOptions { DateColumn = "d" }));
        Assert.Equal("a.csv: there is no column 'e' (columns: date, a, b).", Error(text, new TimeSeriesReadOptions { Target = "e" }));
        Assert.Equal("a.csv: the target 'b' is not among the columns to read (a).",
            Error(text, new TimeSeriesReadOptions { Columns = ["a"], Target = "b" }));
        Assert.Equal("a.csv: 'date' is the date column, expected a column of numbers.", Error(text, new TimeSeriesReadOptions { Columns = ["date"] }));
        Assert.Equal("a.csv: no column of numbers is selected.", Error(text, new TimeSeriesReadOptions { Columns = [] }));
    }

    [Fact]
    public void A_named_date_column_without_dates_gives_no_series()
    {
        var options = new TimeSeriesReadOptions { DateColumn = "a" };
        Assert.Equal("a.csv: there is no row with a date below the header.", Error("date,a\n2020-01-01,1\n", options));
    }

    [Fact]
    public void Endless_lines_and_open_quotes_are_refused_before_they_fill_the_memory()
    {
        var wide = "date" + string.Concat(Enumerable.Repeat(",x", GuardedTextReader.LongestLine / 2 + 1));
        Assert.Equal("a.csv: line 1 is longer than 4194304 characters, expected a line for every row.", Error(wide));
        var open = "date,a\n2020-01-01,1\n2020-01-02,\"2\n" + string.Concat(Enumerable.Repeat("2020-01-03,3\n", 10_000));
        Assert.Equal("a.csv: after line 2 a field is longer than 65536 characters; is a quote left open?", Error(open));
    }

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var path = Path.Combine(folder, "b.csv");
        Assert.Equal($"{path}: there is no such file.", FileError(path));
        Assert.Equal($"{folder}: this is a folder, expected a CSV file.", FileError(folder));

        Directory.Delete(folder);
    }

    [Fact]
    public void Damaged_and_cut_gzip_files_are_refused()
    {
        var path = Path.GetTempFileName();
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            for (var day = 0; day < 9000; day++)
                gzip.Write(Encoding.UTF8.GetBytes(day == 0 ? "date,a\n" : $"{new DateTime(2000, 1, 1).AddDays(day):yyyy-MM-dd},{day}\n"));
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(8999, TimeSeriesReader.Read(path).Series.RowCount);

        File.WriteAllBytes(path, bytes[..^5]);
        Assert.Equal(
            $"{path}: the file breaks off or is damaged near line 9001 ("
            + "the gzip data end early, or are of several parts; expected one whole part).",
            FileError(path));
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.StartsWith($"{path}: the file breaks off or is damaged near line ", FileError(path));
        File.WriteAllBytes(path, bytes[..15]);
        Assert.Equal($"{path}: the file cannot be read (the gzip data end early).", FileError(path));
        bytes[12] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith($"{path}: the file breaks off or is damaged near line ", FileError(path));
        File.Delete(path);
    }

    [Fact]
    public void A_table_damaged_anywhere_is_read_or_refused_but_never_crashes()
    {
        var table = string.Concat(Enumerable.Range(0, 30).Select(day => day == 0 ? "date,a,b\n" : $"{day}/2/2020 1:00,{day},\"{day}.5\"\n"));
        var damages = from count in Gen.Choose(1, 6)
                      from places in Gen.Choose(0, table.Length - 1).ArrayOf(count)
                      from characters in Gen.Elements(',', ';', '"', '\n', '\r', '\t', '-', '9', 'N', ' ', '/', '\0', '\uffff').ArrayOf(count)
                      from fill in Gen.Elements(Enum.GetValues<FillPolicy>())
                      select (places, characters, fill);
        var read = 0;
        Property.Holds(damages, damage =>
        {
            var text = table.ToCharArray();
            for (var i = 0; i < damage.places.Length; i++)
                text[damage.places[i]] = damage.characters[i];
            try
            {
                read += Read(new string(text), new TimeSeriesReadOptions { Fill = damage.fill }).Series.RowCount > 0 ? 1 : 0;
            }
            catch (UserException error)
            {
                Assert.StartsWith("a.csv: ", error.Message);
            }
        }, runs: 500);
        Assert.InRange(read, 1, 499);
    }

    private static string FileError(string path) => Assert.Throws<UserException>(() => TimeSeriesReader.Read(path)).Message;
}
