using System.Text.Json;
using System.Text.Json.Nodes;

namespace Anyformer.Cli.Tests.Commands;

/// <summary>A run that is broken off and gone on with comes to the same bits as one that is not, with everything that has a state in play.</summary>
public sealed class TrainResumeTests : IClassFixture<TrainResumeTests.WholeRun>, IDisposable
{
    private const int Kills = 4;
    private const int MostAttempts = 40;

    private readonly Workspace _workspace;
    private readonly string _run = $"runs/{Guid.NewGuid():N}";

    public TrainResumeTests(WholeRun whole) => _workspace = whole.Workspace;

    private string Last => _workspace[$"{_run}/checkpoints/last.safetensors"];

    [Fact]
    public void KilledAtRandomMoments()
    {
        var random = new Random(7);
        var (steps, midEpoch) = (new List<long>(), 0);
        for (var attempt = 0; attempt < MostAttempts && (steps.Count < Kills || midEpoch == 0); attempt++)
        {
            var before = Step();
            using var process = Start();
            process.WaitUntil(() => Step() > before);
            Thread.Sleep(random.Next(60));
            process.Signal(CliProcess.Kill);
            Assert.Equal(128 + CliProcess.Kill, process.Wait().ExitCode);
            var state = Checkpoint.State(Last);
            Assert.False(state["Finished"]!.GetValue<bool>());
            steps.Add(Step());
            midEpoch += state["Batch"]!.GetValue<int>() > 0 ? 1 : 0;
        }

        Assert.Distinct(steps);
        Finish($"goes on at step {steps[^1]} of ");
    }

    [Fact]
    public void InterruptedByCtrlC()
    {
        using var process = Start();
        process.WaitUntil(() => Step() > 0);
        process.Signal(CliProcess.Interrupt);
        var result = process.Wait();
        Assert.Equal(130, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal($"Interrupted at step {Step()}: go on with 'anyformer train {_run}'.", result.ErrorLines[^1]);
        Assert.Equal("Stopping after the current step.", result.ErrorLines[^2]);
        Finish($"goes on at step {Step()} of ");
        using var environment = JsonDocument.Parse(_workspace.Read($"{_run}/environment.json"));
        Assert.Equal(
            [$"./anyformer train whole.yaml --output {_run}", $"./anyformer train {_run}"],
            environment.RootElement.EnumerateArray().Select(entry => entry.GetProperty("command").GetString()));
    }

    [Fact]
    public void KilledBeforeItsFirstCheckpoint()
    {
        using (var process = Start())
        {
            process.WaitUntil(() => File.Exists(_workspace[$"{_run}/recipe.yaml"]));
            process.Signal(CliProcess.Kill);
            process.Wait();
        }

        // It may have come a little further than to its recipe: then the first checkpoint is what it never wrote.
        Directory.CreateDirectory(_workspace[$"{_run}/checkpoints"]);
        File.Delete(Last);
        Finish("");
    }

    [Fact]
    public void KilledBeforeItsReport()
    {
        CopyFolder(_workspace["runs/whole"], _workspace[_run]);
        File.Delete(_workspace[$"{_run}/result.json"]);
        File.Delete(_workspace[$"{_run}/report.html"]);
        _workspace.Write($"{_run}/checkpoints/last.safetensors.{Guid.NewGuid():N}.tmp", "half a checkpoint");
        Finish("");
    }

    public void Dispose() => Directory.Delete(_workspace[_run], recursive: true);

    private CliProcess Start() => File.Exists(_workspace[$"{_run}/recipe.yaml"])
        ? _workspace.Start("train", _run)
        : _workspace.Start("train", "whole.yaml", "--output", _run);

    private long Step() => File.Exists(Last) ? Checkpoint.State(Last)["Step"]!.GetValue<long>() : 0;

    private void Finish(string announcement)
    {
        Assert.Contains(announcement, _workspace.Run("train", _run).Succeeded().Error, StringComparison.Ordinal);
        Assert.Equal(State("runs/whole"), State(_run));
        Checkpoint.AssertSameTensors(_workspace["runs/whole/checkpoints/last.safetensors"], Last);
        Checkpoint.AssertSameBytes(_workspace["runs/whole/checkpoints/best.safetensors"], _workspace[$"{_run}/checkpoints/best.safetensors"]);
        Assert.Equal(Metrics("runs/whole"), Metrics(_run));
        Assert.Equal(_workspace.Errors("runs/whole"), _workspace.Errors(_run));
        Assert.Equal(Curve("runs/whole"), Curve(_run));
        Assert.Equal(Files("runs/whole"), Files(_run));
    }

    private string[] Files(string run) =>
        [.. Directory.EnumerateFiles(_workspace[run], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_workspace[run], path))
            .Where(path => !path.StartsWith("tensorboard/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private string State(string run) => Timeless(Checkpoint.State(_workspace[$"{run}/checkpoints/last.safetensors"]), "Seconds");

    private string[] Metrics(string run) =>
        [.. File.ReadLines(_workspace[$"{run}/metrics.jsonl"]).Select(line => Timeless(JsonNode.Parse(line)!.AsObject(), "seconds"))];

    private (long, double, double)[] Curve(string run) =>
        [.. _workspace.Result(run).Models[0].Seeds[0].Curve.Select(point => (point.Step, point.TrainLoss, point.ValidationLoss))];

    private static string Timeless(JsonObject json, string seconds)
    {
        Assert.True(json.Remove(seconds));
        return json.ToJsonString();
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>The run that nobody disturbs: dropout, a moving average, accumulated batches, a schedule, a checkpoint every few steps.</summary>
    public sealed class WholeRun : IDisposable
    {
        public WholeRun()
        {
            Workspace.WriteSeries("series.csv", ["a", "b", "c"], rows: 600);
            Workspace.WriteRecipe(
                "whole", "epochs: 12", "batch-size: 4", "accumulate: 2", "ema-decay: 0.9", "gradient-clip: 0.5", "patience: null",
                "checkpoint-every: 7", "schedule: { kind: cosine, warmup-steps: 20 }");
            Workspace.Run("train", "whole.yaml").Succeeded();
        }

        internal Workspace Workspace { get; } = new();

        public void Dispose() => Workspace.Dispose();
    }
}
