using System.Globalization;
using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tests.Tasks.Forecasting;

/// <summary>Data that stays in a file.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class StreamedDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public StreamedDataTests() => _path = WaveTable.Write(_folder);

    public void Dispose() => _folder.Dispose();

    private DataStore Store => new([], _folder["none"]) { CacheFolder = _folder["cache"] };

    [Theory]
    [InlineData(CalendarMarks.Fraction, false)]
    [InlineData(CalendarMarks.Integer, false)]
    [InlineData(CalendarMarks.None, true)]
    [InlineData(CalendarMarks.Fraction, true)]
    public void BatchesAreTheSameToTheLastBit(CalendarMarks marks, bool known)
    {
        var section = WaveTable.Section(_path) with { Marks = marks, Known = known ? ["b"] : null };
        AssertSame(section, hasMarks: marks != CalendarMarks.None || known);
    }

    [Theory]
    [InlineData("\t", "tab", FillPolicy.Forward)]
    [InlineData("^", "^", FillPolicy.Linear)]
    [InlineData(";", null, FillPolicy.Zero)]
    [InlineData("|", "|", FillPolicy.Mask)]
    public void BatchesAreTheSameHoweverTheFileIsWritten(string delimiter, string? key, FillPolicy fill)
    {
        const string format = "yyyy MM dd H'h'";
        var lines = File.ReadLines(_path).Skip(1).Select((line, row) =>
        {
            var fields = line.Split(',');
            fields[0] = new DateTime(2024, 1, 1).AddHours(row % 200).ToString(format, CultureInfo.InvariantCulture);
            fields[1] = row % 7 == 3 ? "" : fields[1];
            return string.Join(delimiter, fields.Prepend(row < 200 ? "north" : "south"));
        });
        File.WriteAllLines(_folder["other.txt"], lines.Where((_, row) => row % 31 != 5).Prepend(string.Join(delimiter, "id", "date", "a", "b", "c")));
        AssertSame(WaveTable.Section(_folder["other.txt"]) with
        {
            Delimiter = key,
            DateColumn = "date",
            DateFormat = format,
            IdColumn = "id",
            Known = ["c"],
            Fill = fill,
        }, hasMarks: true);
    }

    [Fact]
    public void TrainingIsTheSameToTheLastBit()
    {
        var recipe = WaveTable.Recipe(_path, "dlinear");
        ForecastRun Trained(bool stream)
        {
            var run = new ForecastRun(recipe with { Data = recipe.Data with { Stream = stream, Known = ["c"] } }, Store, _folder[$"run-{stream}"]);
            Assert.True(run.Train(resume: false, new Nothing(), default).Finished);
            return run;
        }

        var (memory, file) = (Trained(false), Trained(true));
        foreach (var (name, tensor) in memory.Model.StateDict())
            Tensors.AssertSame(tensor, file.Model.StateDict()[name]);
        var (expected, actual) = (memory.Evaluate(), file.Evaluate());
        Assert.Equal(expected.Test.Overall, actual.Test.Overall);
        Assert.Equal(expected.Validation.ByVariate.AsEnumerable(), actual.Validation.ByVariate);
    }

    [Fact]
    public void LongTablesStayInAFileIfTheyAreSorted()
    {
        var lines = LongLines();
        Assert.IsNotType<TimeSeries>(Load(lines).Table.Series.Single());
        (lines[5], lines[6]) = (lines[6], lines[5]);
        Assert.IsType<TimeSeries>(Load(lines).Table.Series.Single());
        Assert.IsType<TimeSeries>(ForecastData.Load(WaveTable.Section(_path), Store).Table.Series.Single());

        ForecastData Load(string[] rows)
        {
            File.WriteAllLines(_folder["long.csv"], rows);
            Assert.True(StreamedTableReader.IsLong(_folder["long.csv"]));
            return ForecastData.Load(WaveTable.Section(_folder["long.csv"]) with { Columns = ["a"], Fill = FillPolicy.Forward }, Store);
        }
    }

    [Fact]
    public void WithoutAPlaceForTheRowsOnlyAskingForItFails()
    {
        var store = new DataStore([], _folder["none"]) { CacheFolder = Path.Combine(_path, "cache") };
        File.WriteAllLines(_folder["long.csv"], LongLines());
        var section = WaveTable.Section(_folder["long.csv"]) with { Columns = ["a"] };
        Assert.True(StreamedTableReader.IsLong(section.Source));
        Assert.IsType<TimeSeries>(ForecastData.Load(section, store).Table.Series.Single());
        Assert.Throws<UnstreamableTableException>(() => ForecastData.Load(section with { Stream = true }, store));
    }

    /// <summary>Lines of a table that is long by the text in a column that is not read.</summary>
    private string[] LongLines() => [.. File.ReadLines(WaveTable.Write(_folder, "more.csv", 600)).Select(line => $"{line},{new string('x', 60_000)}")];

    private void AssertSame(ForecastDataSection section, bool hasMarks)
    {
        using var scope = new TensorScope();
        var (memory, file) = (ForecastData.Load(section with { Stream = false }, Store), ForecastData.Load(section with { Stream = true }, Store));
        Assert.All(memory.Table.Series, series => Assert.IsType<TimeSeries>(series));
        Assert.All(file.Table.Series, series => Assert.IsNotType<TimeSeries>(series));
        Assert.Equal(memory.Shape, file.Shape);
        foreach (var (one, other) in memory.Series.Zip(file.Series))
        {
            Assert.Equal(one.Scaler.Mean.AsEnumerable(), other.Scaler.Mean);
            Assert.Equal(one.Scaler.Deviation.AsEnumerable(), other.Scaler.Deviation);
        }
        foreach (var (one, other) in new[] { (memory.Train, file.Train), (memory.Validation, file.Validation), (memory.Test, file.Test) })
        {
            Assert.Equal(one.Count, other.Count);
            AssertSame(ForecastBatch.Of(one, [3, 0, one.Count - 1, 3], Device.Cpu), ForecastBatch.Of(other, [3, 0, one.Count - 1, 3], Device.Cpu), hasMarks);
        }
    }

    private static void AssertSame(ForecastBatch expected, ForecastBatch actual, bool hasMarks)
    {
        Tensors.AssertSame(expected.Input.Past, actual.Input.Past);
        Tensors.AssertSame(expected.Target, actual.Target);
        Assert.Equal(expected.TargetMask is null, actual.TargetMask is null);
        if (expected.TargetMask is { } mask)
            Tensors.AssertSame(mask, actual.TargetMask!);
        Assert.Equal(hasMarks, expected.Input.PastMarks is not null);
        if (!hasMarks)
            return;
        Tensors.AssertSame(expected.Input.PastMarks!, actual.Input.PastMarks!);
        Tensors.AssertSame(expected.Input.FutureMarks!, actual.Input.FutureMarks!);
    }

    private sealed class Nothing : TrainingObserver;
}
