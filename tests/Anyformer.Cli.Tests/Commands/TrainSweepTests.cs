namespace Anyformer.Cli.Tests.Commands;

public sealed class TrainSweepTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public TrainSweepTests()
    {
        _workspace.WriteSeries("series.csv", ["a", "b", "c"]);
        _workspace.Write("sweep.yaml", """
            task: forecast
            model: {id: dlinear}
            data: {source: series.csv, lookback: 24, horizon: 6, label-length: 12}
            training: {threads: 1, epochs: 1}
            sweep:
              - {data.horizon: 6, published.mse: 1.5, published.mae: 1.25}
              - {data.horizon: 12}
            """);
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void EveryExperimentIsTrainedOnceAndPutBesideWhatWasPublished()
    {
        var first = _workspace.Run("train", "sweep.yaml", "--sweep", "--only", "12").Succeeded();
        Assert.Contains("Table: runs/sweep/sweep.md", first.ErrorLines);
        Assert.False(Directory.Exists(_workspace["runs/sweep/sweep-6"]));
        var before = File.GetLastWriteTimeUtc(_workspace["runs/sweep/sweep-12/result.json"]);
        _workspace.Run("train", "sweep.yaml", "--sweep").Succeeded();
        Assert.Equal(before, File.GetLastWriteTimeUtc(_workspace["runs/sweep/sweep-12/result.json"]));
        var lines = _workspace.Read("runs/sweep/sweep.md").Split('\n');
        Assert.Equal("| experiment | test MSE / MAE | published | difference |", lines[0]);
        Assert.Matches(@"^\| sweep-6 \| \d\.\d{4} / \d\.\d{4} \| 1\.500 / 1\.250 \| [+-]\d+\.\d % / [+-]\d+\.\d % \|$", lines[2]);
        Assert.Matches(@"^\| sweep-12 \| \d\.\d{4} / \d\.\d{4} \| - / - \| - / - \|$", lines[3]);
    }

    [Theory]
    [InlineData("--only 6", "--only 6 chooses among the experiments of a sweep: give --sweep too.")]
    [InlineData("--sweep --only 7", "No experiment of 'sweep.yaml' has '7' in its name.")]
    public void MistakesAreNamed(string options, string message) =>
        Assert.Equal(message, _workspace.Run(["train", "sweep.yaml", .. options.Split(' ')]).Mistake());
}
