namespace Anyformer.Cli.Tests.Commands;

/// <summary>A small trained run, <c>runs/tiny</c>, for tests that look at it and do not change it.</summary>
public sealed class TrainedRun : IDisposable
{
    public TrainedRun()
    {
        Workspace.WriteSeries("series.csv", ["a", "b", "c"]);
        Workspace.WriteRecipe("tiny", "epochs: 1");
        Result = Workspace.Run("train", "tiny.yaml").Succeeded();
    }

    internal Workspace Workspace { get; } = new();

    internal CliResult Result { get; }

    public void Dispose() => Workspace.Dispose();
}

[CollectionDefinition("trained run")]
public class TrainedRunCollection : ICollectionFixture<TrainedRun>;
