using Anyformer.Checkpoints;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Logging;
using Anyformer.Training.Schedules;
using FsCheck.Fluent;

namespace Anyformer.Tests.Training;

/// <summary>A training that was cut, by cancellation or by the death of the process, ends with the bits of one that was not.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class ResumeTests : IDisposable
{
    private const int TotalSteps = 16;

    /// <summary>Whatever keeps state between steps: dropout, moments, a moving average, accumulated batches, a driven momentum.</summary>
    private static readonly TrainingSection s_options = new()
    {
        LearningRate = 0.02,
        Epochs = 4,
        Patience = 3,
        Schedule = new OneCycleSchedule(),
        EmaDecay = 0.9,
        Accumulate = 2,
        GradientClip = 1,
        CheckpointEvery = 3,
    };

    private readonly TemporaryFolder _whole = new();

    public ResumeTests() => Run(_whole.Path, resume: false);

    public void Dispose() => _whole.Dispose();

    [Fact]
    public void CancelledAtAnySteps() => Property.Holds(Gen.ListOf(Gen.Choose(1, TotalSteps - 1)), drawn =>
    {
        using var folder = new TemporaryFolder();
        long[] cuts = [.. drawn.Distinct().Order().Select(step => (long)step)];
        foreach (var (i, cut) in cuts.Index())
        {
            using var cancellation = new CancellationTokenSource();
            var state = Run(folder.Path, resume: i > 0, new Watcher(step => CancelAt(cut, step, cancellation)), cancellation.Token);
            Assert.Equal((cut, false), (state.Step, state.Finished));
        }

        Assert.True(Run(folder.Path, resume: cuts.Length > 0).Finished);
        AssertSameRun(folder.Path);
    }, runs: 12);

    [Fact]
    public void KilledAtAnyStep()
    {
        for (var step = 1L; step <= TotalSteps; step++)
        {
            var last = step;
            KillAndResume(new Watcher(report => KillIf(report.Step == last)));
        }
    }

    [Fact]
    public void KilledBetweenTheLineOfAnEpochAndItsCheckpoint()
    {
        for (var epoch = 1; epoch <= s_options.Epochs; epoch++)
        {
            var last = epoch;
            KillAndResume(new Watcher(onEpoch: report => KillIf(report.Epoch == last)));
            KillAndResume(new Watcher(onEpoch: report => KillIf(report.Epoch == last)), checkpointEvery: 4);
        }
    }

    [Fact]
    public void AFinishedTrainingStaysAsItIs()
    {
        var watcher = new Watcher();
        var state = Run(_whole.Path, resume: true, watcher);
        Assert.Equal((TotalSteps, true), (state.Step, state.Finished));
        Assert.Empty(watcher.Steps);
        Assert.Empty(watcher.Epochs);
    }

    [Fact]
    public void WithoutACheckpointResumingBegins()
    {
        using var folder = new TemporaryFolder();
        Assert.True(Run(folder.Path, resume: true).Finished);
        AssertSameRun(folder.Path);
    }

    [Fact]
    public void TimeGoesOn()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var slow = new Watcher(step =>
        {
            Thread.Sleep(30);
            CancelAt(2, step, cancellation);
        });
        var first = Run(folder.Path, resume: false, slow, cancellation.Token);
        var watcher = new Watcher();
        Run(folder.Path, resume: true, watcher);
        Assert.True(first.Seconds >= 0.06);
        Assert.Equal(first.Seconds, watcher.Starts[0].State.Seconds);
        Assert.True(watcher.Steps[0].Seconds > first.Seconds);
    }

    private void KillAndResume(Watcher killer, int? checkpointEvery = null)
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<KilledException>(() => Run(folder.Path, resume: false, killer, checkpointEvery: checkpointEvery));
        Assert.True(Run(folder.Path, resume: true, checkpointEvery: checkpointEvery).Finished);
        AssertSameRun(folder.Path);
    }

    /// <summary>Trains a new model in a folder. One that goes on begins with other weights and another generator: both must be put back.</summary>
    private static TrainingState Run(
        string folder, bool resume, Watcher? watcher = null, CancellationToken cancellation = default, int? checkpointEvery = null)
    {
        var checkpoints = new CheckpointStore(folder);
        var goesOn = resume && File.Exists(checkpoints.LastPath);
        var job = new RegressionJob(batchSize: 6, dropout: 0.3, weightSeed: goesOn ? 77 : 1);
        TorchRuntime.ManualSeed(goesOn ? 99 : 2);
        using var logs = new RunLogs(folder);
        var options = s_options with { CheckpointEvery = checkpointEvery ?? s_options.CheckpointEvery };
        return new Trainer(job, options, checkpoints, logs, watcher ?? new Watcher()).Fit(resume, cancellation);
    }

    private void AssertSameRun(string folder)
    {
        foreach (var file in new[] { "last.safetensors", "best.safetensors" })
        {
            var (expected, actual) = (Safetensors.Load(_whole[file]), Safetensors.Load(Path.Combine(folder, file)));
            Assert.Equal(expected.Keys, actual.Keys);
            foreach (var (name, tensor) in expected)
                Tensors.AssertSame(tensor, actual[name]);
        }

        Assert.Equal(Lines(_whole.Path), Lines(folder));
    }

    private static IEnumerable<string> Lines(string folder) => MetricsLog.Read(Path.Combine(folder, "metrics.jsonl")).Select(entry =>
        $"{entry.Step} {entry.Epoch} {entry.Metrics["train-loss"]:R} {entry.Metrics["validation-loss"]:R}");

    private static void CancelAt(long step, StepReport report, CancellationTokenSource cancellation)
    {
        if (report.Step == step)
            cancellation.Cancel();
    }

    private static void KillIf(bool now)
    {
        if (now)
            throw new KilledException();
    }

    private sealed class KilledException : Exception;
}
