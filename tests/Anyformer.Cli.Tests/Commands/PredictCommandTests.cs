namespace Anyformer.Cli.Tests.Commands;

[Collection("trained run")]
public class PredictCommandTests(TrainedRun trained)
{
    private readonly Workspace _workspace = trained.Workspace;

    [Fact]
    public void TheForecastFollowsTheTable()
    {
        var result = Predict("series.csv", "forecast.csv").Succeeded();
        Assert.Equal("forecast.csv: 6 steps of 3 variates from 2024-01-11T00:00:00 on, with intervals for 90 %", Assert.Single(result.ErrorLines));
        var lines = File.ReadAllLines(_workspace["forecast.csv"]);
        Assert.Equal(7, lines.Length);
        Assert.Equal("date,a,b,c,a_lower,a_upper,b_lower,b_upper,c_lower,c_upper", lines[0]);
        Assert.StartsWith("2024-01-11 00:00:00,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("2024-01-11 05:00:00,", lines[6], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.All(line.Split(',')[1..], value => Assert.InRange(double.Parse(value), -4, 4)));
    }

    [Fact]
    public void ColumnsAreFoundByNameAndOthersAreLeftAlone()
    {
        Predict("series.csv", "plain.csv").Succeeded();
        _workspace.WriteSeries("mixed.csv", ["c", "more", "a", "b"]);
        Predict("mixed.csv", "mixed-forecast.csv").Succeeded();
        Assert.Equal(_workspace.Read("plain.csv"), _workspace.Read("mixed-forecast.csv"));
    }

    [Fact]
    public void APictureIsDrawnWhenAskedFor()
    {
        Predict("series.csv", "drawn.csv", "--picture", "pictures/forecast.html").Succeeded();
        var page = _workspace.Read("pictures/forecast.html");
        Assert.Contains("<h1>6 steps of 3 variates from 2024-01-11 00:00 on, by tiny</h1>", page, StringComparison.Ordinal);
        Assert.Contains("\"lower\":", page, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralRunsAreAveraged()
    {
        Predict("series.csv", "one.csv").Succeeded();
        _workspace.Run("predict", "runs/tiny", "runs/tiny", "--data", "series.csv", "--output", "both.csv", "--threads", "1").Succeeded();
        Assert.Equal(_workspace.Read("one.csv"), _workspace.Read("both.csv"));
    }

    [Fact]
    public void OtherRowsGiveAnotherForecast()
    {
        _workspace.WriteSeries("longer.csv", ["a", "b", "c"], rows: 300);
        Predict("longer.csv", "later.csv").Succeeded();
        Assert.StartsWith("2024-01-13 12:00:00,", File.ReadAllLines(_workspace["later.csv"])[1], StringComparison.Ordinal);
    }

    [Fact]
    public void NewVariatesAreForecastWhenAskedFor()
    {
        _workspace.WriteSeries("new.csv", ["x", "y", "z", "w"]);
        Predict("new.csv", "new-forecast.csv", "--new-variates").Succeeded();
        Assert.Equal("date,x,y,z,w", File.ReadLines(_workspace["new-forecast.csv"]).First());
    }

    [Fact]
    public void MissingValuesAreFilledWhenAskedFor()
    {
        _workspace.WriteSeries("holes.csv", ["a", "b", "c"], cell: (row, column) => row == 230 && column == "b" ? "" : null);
        Assert.Equal(
            "holes.csv: line 232, column 3: the value in 'b' is missing; fill (forward, linear, zero or mask) repairs it.",
            Predict("holes.csv", "filled.csv").Mistake());
        Predict("holes.csv", "filled.csv", "--fill", "linear").Succeeded();
        Assert.Equal(7, File.ReadAllLines(_workspace["filled.csv"]).Length);
    }

    [Fact]
    public void AMistakeWritesNothing()
    {
        _workspace.WriteSeries("two.csv", ["a", "c"]);
        _workspace.WriteSeries("short.csv", ["a", "b", "c"], rows: 20);
        Assert.Equal("two.csv: there is no column 'b' (columns: date, a, c).", Predict("two.csv", "nothing.csv").Mistake());
        Assert.Equal("short.csv has 20 rows, expected at least the lookback of 24.", Predict("short.csv", "nothing.csv").Mistake());
        Assert.Equal("absent.csv: there is no such file.", Predict("absent.csv", "nothing.csv").Mistake());
        Assert.False(File.Exists(_workspace["nothing.csv"]));
        Assert.Equal(
            "'nowhere/f.csv' cannot be written: its folder does not exist or may not be written to.",
            Predict("series.csv", "nowhere/f.csv").Mistake());
        Assert.Equal(
            "The folder 'runs/none' holds no trained run: expected runs/none/recipe.yaml and runs/none/checkpoints/best.safetensors.",
            _workspace.Run("predict", "runs/none", "--data", "series.csv", "--output", "nothing.csv").Mistake());
    }

    private CliResult Predict(string data, string output, params string[] more) =>
        _workspace.Run(["predict", "runs/tiny", "--data", data, "--output", output, "--threads", "1", .. more]);
}
