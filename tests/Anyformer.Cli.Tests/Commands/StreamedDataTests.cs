namespace Anyformer.Cli.Tests.Commands;

/// <summary>A table that is not held in memory.</summary>
public sealed class StreamedDataTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void ATrainingFromAFileIsTheSameTraining()
    {
        _workspace.WriteSeries("series.csv", ["a", "b"]);
        _workspace.WriteRecipe("tiny", "epochs: 1");
        _workspace.Run("train", "tiny.yaml", "--output", "memory").Succeeded();
        var result = _workspace.Run("train", "tiny.yaml", "--output", "file", "--set", "data.stream=true").Succeeded();
        Assert.Contains("series.csv: 240 rows x 2 variates, a row every 1 hour, kept in a file", result.ErrorLines);
        Assert.Equal(_workspace.Errors("memory"), _workspace.Errors("file"));
        Checkpoint.AssertSameTensors(_workspace["memory/checkpoints/best.safetensors"], _workspace["file/checkpoints/best.safetensors"]);
        Assert.Single(Directory.GetFiles(_workspace["anyformer/cache"]));
    }
}
