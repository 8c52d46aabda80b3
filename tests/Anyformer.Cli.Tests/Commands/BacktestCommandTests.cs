namespace Anyformer.Cli.Tests.Commands;

public sealed class BacktestCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public BacktestCommandTests()
    {
        _workspace.WriteSeries("series.csv", ["a", "b", "c"]);
        _workspace.Write("r.yaml", """
            task: forecast
            model: {id: dlinear}
            data: {source: series.csv, lookback: 24, horizon: 6, label-length: 12}
            training: {threads: 1, epochs: 1}
            """);
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void EveryBlockIsForecastByAModelOfItsOwn()
    {
        var result = _workspace.Run("backtest", "r.yaml", "--folds", "2").Succeeded();
        var lines = _workspace.Read("runs/r-backtest/backtest.md").Split('\n');
        Assert.Equal("| fold | rows trained on | test MSE | test MAE | intervals cover |", lines[0]);
        Assert.Matches(@"^\| 1 \| 168 \| \d\.\d{4} \| \d\.\d{4} \| \d+\.\d % \|$", lines[2]);
        Assert.Matches(@"^\| 2 \| 192 \| \d\.\d{4} \| \d\.\d{4} \| \d+\.\d % \|$", lines[3]);
        Assert.Matches(@"^\| mean ± deviation \| \| \d\.\d{4} ± \d\.\d{4} \| ", lines[4]);
        Assert.EndsWith(_workspace.Read("runs/r-backtest/backtest.md"), result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_workspace["runs/r-backtest/fold-2/report.html"]));
    }

    [Fact]
    public void TooManyFoldsAreRefused() => Assert.Equal(
        "20 folds of the 48 test rows have 2 rows each, expected at least the horizon of 6.",
        _workspace.Run("backtest", "r.yaml", "--folds", "20").Mistake());
}
