using Anyformer.Comparison;

namespace Anyformer.Training.Logging;

/// <summary>Writes a training down in its folder: <c>metrics.jsonl</c>, and TensorBoard events in <c>tensorboard/</c>.</summary>
public sealed class RunLogs(string folder) : TrainingObserver, IDisposable
{
    private const string TrainingLoss = "train-loss";
    private const string ValidationLoss = "validation-loss";
    private const string Seconds = "seconds";

    private MetricsLog? _metrics;
    private TensorBoardWriter? _events;

    /// <inheritdoc/>
    public override void OnStart(TrainingState state, long totalSteps)
    {
        var events = Path.Combine(folder, "tensorboard");
        _metrics = MetricsLog.Resume(MetricsPath(folder), state.Step, state.Epoch);
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
        var metrics = new Dictionary<string, double> { [TrainingLoss] = report.TrainingLoss, [Seconds] = report.Seconds };
        foreach (var (name, value) in report.Validation)
        {
            metrics[$"validation-{name}"] = value;
            _events!.Scalar($"validation/{name}", value, report.Step);
        }

        _metrics!.Append(new MetricsEntry(report.Step, report.Epoch, metrics));
    }

    /// <summary>The learning curve that the log in a folder tells, of a forecaster's loss.</summary>
    /// <exception cref="UserException">There is no log, or it is none of such a training.</exception>
    internal static IReadOnlyList<LearningCurvePoint> LearningCurve(string folder)
    {
        var path = MetricsPath(folder);
        return [.. MetricsLog.Read(path).Select(entry => new LearningCurvePoint(
            entry.Step, Metric(entry, Seconds, path), Metric(entry, TrainingLoss, path), Metric(entry, ValidationLoss, path)))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics?.Dispose();
        _events?.Dispose();
    }

    private static string MetricsPath(string folder) => Path.Combine(folder, "metrics.jsonl");

    private static double Metric(MetricsEntry entry, string name, string path) => entry.Metrics.TryGetValue(name, out var value)
        ? value
        : throw new UserException($"The line of epoch {entry.Epoch} in {path} has no '{name}'.");
}
