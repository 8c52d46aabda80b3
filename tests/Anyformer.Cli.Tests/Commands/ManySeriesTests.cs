using System.Globalization;

namespace Anyformer.Cli.Tests.Commands;

/// <summary>A table of many series, from training to prediction.</summary>
public sealed class ManySeriesTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void EverySeriesIsContinued()
    {
        Write("sales.csv", ("north", 120), ("south", 90), ("new", 30));
        _workspace.WriteRecipe("stores", "epochs: 1");
        var trained = _workspace.Run("train", "stores.yaml", "--set", "data.source=sales.csv", "--set", "data.id-column=store", "--set", "data.split=rest/6/6").Succeeded();
        Assert.Contains("sales.csv: 3 series, 240 rows x 1 variates, a row every 1 hour", trained.ErrorLines);
        Assert.Contains("1 / 1 / 0 of the 3 series are too short for a window to train, validate, test", trained.ErrorLines);
        Assert.All(_workspace.Errors("runs/stores").Values, error => Assert.True(double.IsFinite(error)));

        Write("later.csv", ("south", 100), ("tiny", 10), ("west", 50), ("north", 130));
        var result = _workspace.Run(
            "predict", "runs/stores", "--data", "later.csv", "--output", "forecast.csv", "--picture", "forecast.html", "--threads", "1").Succeeded();
        Assert.Contains("left out, with fewer rows than the lookback: tiny", result.ErrorLines);
        Assert.StartsWith("forecast.csv: 6 steps of 1 variates of 3 series", result.ErrorLines[^1], StringComparison.Ordinal);
        var lines = File.ReadAllLines(_workspace["forecast.csv"]);
        Assert.StartsWith("store,date,sales,", lines[0], StringComparison.Ordinal);
        Assert.Equal(["south", "west", "north"], lines[1..].Select(line => line.Split(',')[0]).Distinct());
        Assert.Equal(18, lines.Length - 1);
        Assert.StartsWith("south,2024-01-05 04:00:00,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("north,2024-01-06 10:00:00,", lines[13], StringComparison.Ordinal);
        Assert.Contains("sales of west", _workspace.Read("forecast.html"), StringComparison.Ordinal);
    }

    private void Write(string name, params (string Store, int Rows)[] series)
    {
        var lines =
            from one in series
            from row in Enumerable.Range(0, one.Rows)
            select string.Create(CultureInfo.InvariantCulture,
                $"{one.Store},{new DateTime(2024, 1, 1).AddHours(row):yyyy-MM-dd HH:mm:ss},{one.Store.Length * (10 + Math.Sin(2 * Math.PI * row / 24) + Math.Sin(row * row)):0.0000}");
        _workspace.Write(name, string.Join('\n', lines.Prepend("store,date,sales")) + "\n");
    }
}
