using Anyformer.Training;

namespace Anyformer.Tests.Training;

/// <summary>Writes down what a trainer reports, and may do something at every step.</summary>
internal sealed class Watcher(Action<StepReport>? onStep = null, Action<EpochReport>? onEpoch = null) : TrainingObserver
{
    public List<(TrainingState State, long TotalSteps)> Starts { get; } = [];

    public List<StepReport> Steps { get; } = [];

    public List<EpochReport> Epochs { get; } = [];

    public override void OnStart(TrainingState state, long totalSteps) => Starts.Add((state, totalSteps));

    public override void OnStep(StepReport report)
    {
        Steps.Add(report);
        onStep?.Invoke(report);
    }

    public override void OnEpoch(EpochReport report)
    {
        Epochs.Add(report);
        onEpoch?.Invoke(report);
    }
}
