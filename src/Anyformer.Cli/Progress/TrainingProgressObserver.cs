using System.Globalization;
using Anyformer.Training;

namespace Anyformer.Cli.Progress;

/// <summary>Shows one training.</summary>
internal sealed class TrainingProgressObserver(IProgressTask task) : TrainingObserver
{
    private long _total;

    public override void OnStart(TrainingState state, long totalSteps)
    {
        _total = totalSteps;
        if (state.Step > 0)
            task.Stage(string.Create(CultureInfo.InvariantCulture, $"goes on at step {state.Step} of {totalSteps}"));
    }

    public override void OnStep(StepReport report) =>
        task.Report(report.Step, _total, string.Create(CultureInfo.InvariantCulture, $"loss {report.Loss:0.0000}"));

    public override void OnEpoch(EpochReport report)
    {
        var metrics = string.Join(", ", report.Validation.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:0.0000}")));
        task.Stage(string.Create(CultureInfo.InvariantCulture,
            $"epoch {report.Epoch}, step {report.Step}: train loss {report.TrainingLoss:0.0000}, validation {metrics}{(report.Improved ? " (best)" : "")}, {report.Seconds:0.0} s"));
    }
}
