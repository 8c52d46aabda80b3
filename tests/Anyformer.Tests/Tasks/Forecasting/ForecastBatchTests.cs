using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Forecasting;

public sealed class ForecastBatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ForecastData _data;

    public ForecastBatchTests() => _data = WaveTable.Load(WaveTable.Write(_folder));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WindowsAreCopiedOutOfTheSeries()
    {
        using var scope = new TensorScope();
        int[] windows = [7, 0, _data.Test.Count - 1];
        var batch = ForecastBatch.Of(_data.Test, windows, Device.Cpu);
        Assert.Equal(([3L, 24, 3], [3L, 6, 3], [3L, 24, 4], [3L, 14, 4]),
            (batch.Input.Past.Shape, batch.Target.Shape, batch.Input.PastMarks!.Shape, batch.Input.FutureMarks!.Shape), ShapesAreEqual);
        var starts = windows.Select(window => _data.Test.Parts[0].Rows.Start + window).ToArray();
        Assert.Equal(Rows(starts, 0, 24, _data.Values(), 3), batch.Input.Past.Numbers());
        Assert.Equal(Rows(starts, 24, 6, _data.Values(), 3), batch.Target.Numbers());
        Assert.Equal(Rows(starts, 0, 24, _data.Marks(), 4), batch.Input.PastMarks.Numbers());
        Assert.Equal(Rows(starts, 24 - 8, 14, _data.Marks(), 4), batch.Input.FutureMarks.Numbers());
    }

    [Fact]
    public void WithoutACalendarThereAreNoMarks()
    {
        using var scope = new TensorScope();
        var data = WaveTable.Load(_folder["waves.csv"], section => section with { Marks = CalendarMarks.None });
        var input = ForecastBatch.Of(data.Train, [0], Device.Cpu).Input;
        Assert.Equal((null, null), (input.PastMarks, input.FutureMarks));
    }

    [Fact]
    public void TheShapeOfModelsIsThatOfTheData()
    {
        Assert.Equal(new ForecastShape(24, 6, 8, 3, 4, 24, false), _data.Shape);
        var path = _folder["waves.csv"];
        Assert.Equal(new ForecastShape(24, 6, 8, 3, 4, 24, true),
            WaveTable.Load(path, section => section with { Marks = CalendarMarks.Integer }).Shape);
        Assert.Equal(new ForecastShape(24, 6, 8, 2, 0, 24, false),
            WaveTable.Load(path, section => section with { Marks = CalendarMarks.None, Columns = ["c", "a"] }).Shape);
    }

    [Fact]
    public void WithoutStandardisingTheValuesStay()
    {
        var plain = WaveTable.Load(_folder["waves.csv"], section => section with { Standardize = false });
        Assert.Equal(plain.SeriesInMemory().Values.Select(value => (float)value), plain.Values());
        Assert.NotEqual(plain.Values(), _data.Values());
    }

    [Fact]
    public void MissingValuesAreMaskedInTheTargetAndFilledInTheHistory()
    {
        using var scope = new TensorScope();
        // Row 130 is left out, and of row 120 the value of b.
        File.WriteAllLines(_folder["holes.csv"], File.ReadLines(_folder["waves.csv"]).Select((line, i) => (line, Row: i - 1))
            .Where(pair => pair.Row != 130).Select(pair => pair.Row == 120 ? $"2024-01-06 00:00:00,{pair.line.Split(',')[1]},,{pair.line.Split(',')[3]}" : pair.line));
        var data = WaveTable.Load(_folder["holes.csv"], section => section with { Fill = FillPolicy.Mask });
        Assert.Equal((1, 1), (data.Table.Repairs.Counts[DataProblemKind.Gap], data.Table.Repairs.Counts[DataProblemKind.MissingValue]));

        var batch = ForecastBatch.Of(data.Train, [119 - 24, 118, 0], Device.Cpu);
        bool[] allThere = [.. Enumerable.Repeat(true, 6 * 3)];
        bool[] first = [.. allThere];
        first[1 * 3 + 1] = false;
        Assert.Equal([.. first, .. allThere, .. allThere], batch.TargetMask!.ToArray<bool>());
        Assert.Equal(0, batch.Target.Numbers()[1 * 3 + 1]);

        // The second window begins at row 118: the value of b two rows on and the row twelve on are those before.
        float[] expected = [.. data.Values().AsSpan(118 * 3, 24 * 3)];
        Assert.Equal((4, float.NaN), (expected.Count(float.IsNaN), expected[2 * 3 + 1]));
        expected[2 * 3 + 1] = expected[1 * 3 + 1];
        expected.AsSpan(11 * 3, 3).CopyTo(expected.AsSpan(12 * 3));
        Assert.Equal(expected, batch.Input.Past[1].ToArray<float>());
        Assert.Null(ForecastBatch.Of(data.Train, [0], Device.Cpu).TargetMask);
    }

    [Theory]
    [InlineData("\t", "tab")]
    [InlineData("^", "^")]
    public void TheRecipeSaysHowTheFileIsWritten(string delimiter, string key)
    {
        var lines = File.ReadLines(_folder["waves.csv"]).Skip(1).Select((line, row) =>
            string.Join(delimiter, [new DateTime(2024, 1, 1).AddHours(row).ToString("yyyy MM dd H'h'"), .. line.Split(',')[1..]]));
        File.WriteAllLines(_folder["other.txt"], lines.Prepend(string.Join(delimiter, "date", "a", "b", "c")));
        var data = WaveTable.Load(_folder["other.txt"], section => section with { Delimiter = key, DateFormat = "yyyy MM dd H'h'", DateColumn = "date" });
        Assert.Equal(_data.Values(), data.Values());
    }

    [Fact]
    public void MistakesInTheDataAreNamed()
    {
        Assert.Equal("The train part has 21 rows, expected at least 30 for look-back 24 and horizon 6.",
            Message(() => WaveTable.Load(WaveTable.Write(_folder, "short.csv", rows: 31))));
        Assert.Contains("there is no column 'd' (columns: date, a, b, c).",
            Message(() => WaveTable.Load(_folder["waves.csv"], section => section with { Columns = ["d"] })));
        Assert.Equal("nonsuch.csv: there is no such file.", Message(() => WaveTable.Load("nonsuch.csv")));
        Assert.Equal("The data set etth1 is not on this machine: get it with 'anyformer data get etth1', or name its folder with --data-dir.",
            Message(() => WaveTable.Load("etth1")));
    }

    private static string Message(Action act) => Assert.Throws<UserException>(act).Message;

    private static bool ShapesAreEqual((long[], long[], long[], long[]) a, (long[], long[], long[], long[]) b) =>
        a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3) && a.Item4.SequenceEqual(b.Item4);

    private static double[] Rows(int[] starts, int offset, int count, ReadOnlySpan<float> values, int width)
    {
        var rows = new List<double>();
        foreach (var start in starts)
            foreach (var value in values.Slice((start + offset) * width, count * width))
                rows.Add(value);
        return [.. rows];
    }
}
