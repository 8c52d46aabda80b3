using System.Globalization;
using System.Text;
using Anyformer.Data.TimeSeries;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Data.TimeSeries;

public sealed class StreamedTableReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_gives_what_reading_into_memory_gives()
    {
        var number = Gen.Choose(-99, 99).Select(number => (number / 8.0).ToString(CultureInfo.InvariantCulture));
        Gen<string>[] cells =
        [
            number,
            Gen.Frequency((4, number), (1, Gen.Constant(""))),
            Gen.Frequency((9, number), (2, Gen.Constant("")), (1, Gen.Elements("x", "NaN", "1e999"))),
        ];
        Gen<Row> RowOf(int dirt) =>
            from days in Gen.Frequency((6, Gen.Constant(1)), (dirt, Gen.Constant(0)), (1, Gen.Choose(2, 5)))
            from fields in cells[dirt].ArrayOf(3)
            from oddity in Gen.Frequency((20, Gen.Constant(0)), (dirt / 2, Gen.Choose(1, 3)))
            select new Row(days, fields, oddity);
        var tables =
            from dirt in Gen.Choose(0, 2)
            from ids in Gen.Elements(0, 1, 3)
            from series in Gen.Choose(1, 40).SelectMany(rows => RowOf(dirt).ArrayOf(rows)).ArrayOf(Math.Max(1, ids))
            from delimiter in Gen.Elements(',', ';', '\t', '^')
            from dates in Gen.Elements("yyyy-MM-dd", "M/d/yyyy", "d-M-yyyy H:mm", "dd MM yyyy 'at' H")
            from known in Gen.Elements(true, false)
            from fill in Gen.Elements(Enum.GetValues<FillPolicy>())
            select (Text: Text(series, ids > 0, delimiter, dates), Options: new TimeSeriesReadOptions
            {
                IdColumn = ids > 0 ? "id" : null,
                Columns = ["b", "a"],
                Known = known ? ["k"] : [],
                Fill = fill,
                Delimiter = delimiter == '^' ? delimiter : null,
                DateFormat = dates.Contains("at") ? dates : null,
            });
        var (read, all) = (0, 0);
        Property.Holds(tables, table => (read, all) = (read + (AssertSame(table.Text, table.Options) ? 1 : 0), all + 1), runs: 300);
        Assert.InRange(read, all / 4, all * 9 / 10);
    }

    [Theory]
    [InlineData("date,a\n2024-01-01,1\n2024-01-02,x\n2024-01-03,3\n", "line 3, column 2: 'x' in 'a' is not a number; fill (forward, linear, zero or mask) repairs it.")]
    [InlineData("date,a,b\n2024-01-01,1,2\n2024-01-02,1\n2024-01-03,3,4\n", "line 3, column 3: the row has 2 fields, the header has 3; fill (forward, linear, zero or mask) repairs it.")]
    [InlineData("date,a\n2024-01-01,1\nsoon,2\n2024-01-02,3\n", "line 3, column 1: 'soon' in 'date' is not a date; fill (forward, linear, zero or mask) repairs it.")]
    [InlineData("date,a,b\n2024-01-01,1,2\n2024-01-02,x,y\n", "line 3, column 2: 'x' in 'a' is not a number (2 problems in all: 2 texts in number columns); fill (forward, linear, zero or mask) repairs it.")]
    [InlineData("date;a\n2024-01-01;1\n2024-01-02;1,5\n", "line 3, column 2: '1,5' in 'a' has a decimal comma, expected a decimal point.")]
    [InlineData("date,a\n1/1/2024,1\n2/1/2024,2\n", "the dates of 'date' can be read day first or month first (such as '2/1/2024'); set data.date-format to d/M/yyyy or M/d/yyyy, with the time of day if there is one.")]
    [InlineData("date,a\n", "there is no row below the header.")]
    [InlineData("2024-01-01,1\n2024-01-02,2\n", "the first line holds the date '2024-01-01', expected a header with the names of the columns.")]
    [InlineData("date,a\n2024-01-01,1\n\0,2\n", "this is binary data, expected delimited text.")]
    public void What_is_wrong_is_told_in_the_same_words_and_nothing_stays_behind(string text, string message)
    {
        Assert.False(AssertSame(text, new TimeSeriesReadOptions()));
        Assert.Equal($"{_folder["t.csv"]}: {message}", Assert.Throws<UserException>(() => ReadAll(_folder["t.csv"])).Message);
        Assert.Empty(Directory.GetFiles(Cache));
        Assert.Equal("none.csv: there is no such file.", Assert.Throws<UserException>(() => ReadAll("none.csv")).Message);
    }

    [Fact]
    public void A_day_above_twelve_far_down_tells_the_order_of_all_dates()
    {
        var lines = Enumerable.Range(0, 14 * 24).Select(hour => string.Create(CultureInfo.InvariantCulture,
            $"{new DateTime(2024, 3, 1).AddHours(hour):M/d/yyyy H:mm},{hour}"));
        Assert.True(AssertSame("date,a\n" + string.Join('\n', lines), new TimeSeriesReadOptions()));
        Assert.Equal(new DateTime(2024, 3, 2), ReadAll(_folder["t.csv"]).Series.Single().TimesFrom(24, 1)[0]);
    }

    [Fact]
    public void Numbers_that_wait_for_others_are_filled_across_blocks()
    {
        // Longer than a block of the file on both sides of a gap.
        var lines = Enumerable.Range(0, 12_000).Select(row =>
            $"{new DateTime(2024, 1, 1).AddMinutes(row):s},{(row is > 3 and < 9_000 ? "" : $"{row}")},{(row < 5_000 ? "" : "7")}");
        foreach (var fill in Enum.GetValues<FillPolicy>().Where(fill => fill != FillPolicy.None))
            Assert.True(AssertSame("date,a,b\n" + string.Join('\n', lines), new TimeSeriesReadOptions { Fill = fill }));
    }

    [Fact]
    public void It_is_read_once_and_again_when_it_changes()
    {
        var path = Write("date,a\n2024-01-01,1\n2024-01-02,2\n");
        var written = File.GetLastWriteTimeUtc(path);
        Assert.Equal([1, 2], Values(ReadAll(path)));
        Assert.Single(Directory.GetFiles(Cache));

        // Of one size and time it is the same file: its text is not looked at.
        Write("date,a\n2024-01-01,1\n2024-01-02,3\n");
        File.SetLastWriteTimeUtc(path, written);
        Assert.Equal([1, 2], Values(ReadAll(path)));
        File.SetLastWriteTimeUtc(path, written.AddSeconds(1));
        Assert.Equal([1, 3], Values(ReadAll(path)));
        Write("date,a\n2024-01-01,1\n2024-01-02,3\n2024-01-03,4\n");
        Assert.Equal([1, 3, 4], Values(ReadAll(path)));
        Assert.Single(Directory.GetFiles(Cache));

        ReadAll(path, new TimeSeriesReadOptions { Fill = FillPolicy.Zero });
        Assert.Equal(2, Directory.GetFiles(Cache).Length);
    }

    [Fact]
    public void A_damaged_cache_is_written_anew()
    {
        var path = Write("date,a,b\n" + string.Concat(Enumerable.Range(1, 28).Select(day => $"2024-01-{day:00},{day},{-day}\n")));
        var expected = Values(ReadAll(path));
        var cached = Assert.Single(Directory.GetFiles(Cache));
        var whole = File.ReadAllBytes(cached);
        var damages = from place in Gen.Choose(0, whole.Length - 1)
                      from change in Gen.Choose(1, 255)
                      from kind in Gen.Choose(0, 2)
                      select kind switch
                      {
                          0 => whole[..place],
                          1 => [.. whole, (byte)change],
                          _ => whole.Select((old, i) => i == place ? (byte)(old ^ change) : old).ToArray(),
                      };
        Property.Holds(damages, damaged =>
        {
            File.WriteAllBytes(cached, damaged);
            Assert.Equal(expected, Values(ReadAll(path)));
            Assert.Equal(whole, File.ReadAllBytes(cached));
        });
    }

    [Fact]
    public void Tables_that_were_not_used_for_long_are_deleted()
    {
        string[] old = ["a.rows", "b.rows.tmp", "notes.txt"];
        foreach (var name in old)
            File.WriteAllText(Path.Combine(Cache, name), "");
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "a.rows"), DateTime.UtcNow.AddDays(-29));
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "b.rows.tmp"), DateTime.UtcNow.AddDays(-2));
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "notes.txt"), DateTime.UtcNow.AddDays(-99));
        ReadAll(Write("date,a\n2024-01-01,1\n2024-01-02,2\n"));
        var mine = Directory.GetFiles(Cache).Single(file => !old.Contains(Path.GetFileName(file)));
        Assert.Equal([mine, Path.Combine(Cache, "a.rows"), Path.Combine(Cache, "notes.txt")], Directory.GetFiles(Cache).Order().OrderBy(file => file != mine));
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "a.rows"), DateTime.UtcNow.AddDays(-31));
        File.SetLastWriteTimeUtc(mine, DateTime.UtcNow.AddDays(-31));
        ReadAll(_folder["t.csv"]);
        Assert.True(DateTime.UtcNow - File.GetLastWriteTimeUtc(mine) < TimeSpan.FromHours(1));
        ReadAll(_folder["t.csv"], new TimeSeriesReadOptions { Fill = FillPolicy.Zero });
        Assert.False(File.Exists(Path.Combine(Cache, "a.rows")));
        Assert.True(File.Exists(mine));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_to_is_named()
    {
        var path = Write("date,a\n2024-01-01,1\n2024-01-02,2\n");
        var below = Path.Combine(path, "cache");
        var error = Assert.Throws<UnstreamableTableException>(() => StreamedTableReader.ReadAll(path, new TimeSeriesReadOptions(), below));
        Assert.StartsWith($"{below}: the rows of {path} cannot be kept there (", error.Message);
    }

    [Theory]
    [InlineData("a,2024-01-02,1\na,2024-01-01,2\n", "line 3, column 2: the time 2024-01-01 00:00:00 is before that of the row above, 2024-01-02 00:00:00")]
    [InlineData("a,2024-01-01,1\nb,2024-01-01,1\na,2024-01-02,2\n", "line 4, column 1: the series 'a' goes on here after another")]
    public void Rows_out_of_order_are_refused(string rows, string message)
    {
        var path = Write("id,date,x\n" + rows);
        Assert.Equal($"{path}: {message}; a streamed table must be sorted by series and time, else set data.stream to false.",
            Assert.Throws<UnstreamableTableException>(() => ReadAll(path, new TimeSeriesReadOptions { IdColumn = "id", Fill = FillPolicy.Forward })).Message);
        Assert.Empty(Directory.GetFiles(Cache));
    }

    [Fact]
    public void Nothing_is_kept_in_memory_for_a_row()
    {
        const int rows = 100_000;
        var path = Write("date,a,b,c\n" + string.Concat(Enumerable.Range(0, rows).Select(row =>
            $"{new DateTime(2000, 1, 1).AddMinutes(row):s},{row % 97},{row % 89},{row % 83}\n")));
        ReadAll(path);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var features = new MarkFeatures(new CalendarFeatures(TimeFrequency.Minute));
        var data = ForecastingSeries.Fit(ReadAll(path).Series.Single(), new RowRange(0, rows / 2), features);
        data.CopyValues(rows - 96, new float[96 * 3]);
        data.CopyMarks(rows - 96, new float[96 * data.Features.Count]);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((rows, 3), (data.Series.RowCount, data.Series.VariateCount));
        // The buffers take some hundred KB; the numbers of all rows would take 2.4 MB more.
        Assert.True(allocated < rows * 3 * sizeof(double) / 2, $"{allocated} bytes were allocated for {rows} rows");
    }

    /// <summary>A row of days since the row above and fields; odd ones have a field less, a field more, or no date.</summary>
    private sealed record Row(int Days, string[] Fields, int Oddity);

    private static string Text(Row[][] series, bool ids, char delimiter, string dates)
    {
        var text = new StringBuilder().AppendJoin(delimiter, [.. ids ? ["id"] : (string[])[], "date", "a", "b", "k"]);
        foreach (var (id, rows) in series.Index())
        {
            var time = new DateTime(2024, 1, 1);
            foreach (var row in rows)
            {
                time = time.AddDays(row.Days);
                string[] first = ids ? [$"s{id}"] : [];
                string[] fields = [.. first, row.Oddity == 3 ? "soon" : time.ToString(dates, CultureInfo.InvariantCulture), .. row.Fields, "more"];
                text.Append('\n').AppendJoin(delimiter, fields[..(row.Oddity == 1 ? ^2 : row.Oddity == 2 ? ^0 : ^1)]);
            }
        }
        return text.ToString();
    }

    /// <summary>Reads a table both ways; false when both refuse it with the same words.</summary>
    private bool AssertSame(string text, TimeSeriesReadOptions options)
    {
        var path = Write(text);
        TimeSeriesTable expected;
        try
        {
            expected = TimeSeriesReader.ReadAll(path, options);
        }
        catch (UserException error)
        {
            Assert.Equal(error.Message, Assert.Throws<UserException>(() => ReadAll(path, options)).Message);
            return false;
        }
        // The second time it is read from the cache.
        for (var time = 0; time < 2; time++)
        {
            var actual = ReadAll(path, options);
            Assert.Equal((expected.Step, expected.Series.Length), (actual.Step, actual.Series.Length));
            Assert.Equal(expected.Warnings.Problems.AsEnumerable(), actual.Warnings.Problems);
            Assert.Equal(expected.Repairs.Problems.AsEnumerable(), actual.Repairs.Problems);
            Assert.Equal((expected.Warnings.Summary, expected.Repairs.Summary), (actual.Warnings.Summary, actual.Repairs.Summary));
            foreach (var (one, other) in expected.Series.Zip(actual.Series))
                AssertSame(one, other);
        }
        return true;
    }

    private static void AssertSame(SeriesRows expected, SeriesRows actual)
    {
        Assert.Equal((expected.Id, expected.RowCount, expected.FutureCount, expected.HasMissing, expected.Step),
            (actual.Id, actual.RowCount, actual.FutureCount, actual.HasMissing, actual.Step));
        Assert.Equal(expected.Variates.AsEnumerable(), actual.Variates);
        Assert.Equal(expected.KnownNames.AsEnumerable(), actual.KnownNames);
        var future = expected.KnownNames.Length == 0 ? 0 : expected.FutureCount;
        Assert.Equal(expected.TimesFrom(0, expected.RowCount + future), actual.TimesFrom(0, expected.RowCount + future));
        Assert.Equal(Values(expected), Values(actual));
        var count = (expected.RowCount + future) * expected.KnownNames.Length;
        var (known, same) = (new double[count], new double[count]);
        expected.CopyKnown(0, known);
        actual.CopyKnown(0, same);
        Assert.Equal(known, same);
    }

    private static double[] Values(TimeSeriesTable table) => Values(table.Series.Single());

    private static double[] Values(SeriesRows series)
    {
        var values = new double[series.RowCount * series.VariateCount];
        series.CopyValues(0, values);
        return values;
    }

    private string Cache => Directory.CreateDirectory(_folder["cache"]).FullName;

    private TimeSeriesTable ReadAll(string path, TimeSeriesReadOptions? options = null) =>
        StreamedTableReader.ReadAll(path, options ?? new TimeSeriesReadOptions(), Cache);

    private string Write(string text)
    {
        File.WriteAllText(_folder["t.csv"], text);
        return _folder["t.csv"];
    }
}
