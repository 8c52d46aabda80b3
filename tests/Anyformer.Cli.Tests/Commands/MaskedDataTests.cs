namespace Anyformer.Cli.Tests.Commands;

/// <summary>Missing values that stay missing, from training to prediction.</summary>
public sealed class MaskedDataTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void AMaskedTableIsLearntFromAndContinued()
    {
        // Where b is there it is a wave; a fifth of it is missing, the last values before the forecast among them.
        _workspace.WriteSeries("series.csv", ["a", "b"], cell: (row, column) => column == "b" && (row % 5 == 2 || row > 236) ? "" : null);
        _workspace.WriteRecipe("masked", "epochs: 2");
        Assert.EndsWith("fill (forward, linear, zero or mask) repairs it.", _workspace.Run("train", "masked.yaml").Mistake(), StringComparison.Ordinal);
        var trained = _workspace.Run("train", "masked.yaml", "--set", "data.fill=mask").Succeeded();
        Assert.Contains("repaired or masked: 50 missing values, first line 4, column 3: the value in 'b' is missing", trained.ErrorLines);
        Assert.All(_workspace.Errors("runs/masked").Values, error => Assert.True(double.IsFinite(error)));

        _workspace.Run("predict", "runs/masked", "--data", "series.csv", "--output", "forecast.csv", "--threads", "1").Succeeded();
        var lines = File.ReadAllLines(_workspace["forecast.csv"]);
        Assert.Equal(7, lines.Length);
        Assert.All(lines[1..], line => Assert.All(line.Split(',')[1..4], value => Assert.InRange(double.Parse(value), -2, 2)));
    }
}
