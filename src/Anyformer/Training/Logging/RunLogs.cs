namespace Anyformer.Training.Logging;

/// <summary>Writes a training down in its folder: <c>metrics.jsonl</c>, and TensorBoard events in <c>tensorboard/</c>.</summary>
public sealed class RunLogs(string folder) : TrainingObserver, IDisposable
{
    private MetricsLog? _metrics;
    private TensorBoardWriter? _events;

    /// <inheritdoc/>
    public override void OnStart(TrainingState state, long totalSteps)
    {
        var events = Path.Combine(folder, "tensorboard");
        _metrics = MetricsLog.Resume(Path.Combine(folder, "metrics.jsonl"), state.Step, state.Epoch);
        _events = state.Step == 0 ? TensorBoardWriter.Create(events) : TensorBoardWriter.Resume(events, state.Step);
    }

    /// <inheritdoc/>
    public override void OnStep(StepReport report)
    {
        _events!.Scalar("train/loss", report.Loss, report.Step);
        _events.Scalar("train/learning-rate", report.LearningRate, report.Step);
    }

    /// <inheritdoc/>
    public override void OnEpoch(EpochReport report)
    {
        var metrics = new Dictionary<string, double> { ["train-loss"] = report.TrainingLoss, ["seconds"] = report.Seconds };
        foreach (var (name, value) in report.Validation)
        {
            metrics[$"validation-{name}"] = value;
            _events!.Scalar($"validation/{name}", value, report.Step);
        }

        _metrics!.Append(new MetricsEntry(report.Step, report.Epoch, metrics));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics?.Dispose();
        _events?.Dispose();
    }
}
