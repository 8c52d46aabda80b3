using Anyformer.Comparison;
using Anyformer.Training;

namespace Anyformer.Tasks;

/// <summary>Writes down the learning curve, and the time that went into steps.</summary>
internal sealed class CurveObserver : TrainingObserver
{
    private readonly List<LearningCurvePoint> _points = [];
    private double _lastSeconds;

    /// <summary>A point for each epoch.</summary>
    internal IReadOnlyList<LearningCurvePoint> Points => _points;

    /// <summary>Seconds spent in steps, validations and checkpoints left out.</summary>
    internal double StepSeconds { get; private set; }

    public override void OnStart(TrainingState state, long totalSteps) => _lastSeconds = state.Seconds;

    public override void OnStep(StepReport report)
    {
        StepSeconds += report.Seconds - _lastSeconds;
        _lastSeconds = report.Seconds;
    }

    public override void OnEpoch(EpochReport report)
    {
        _points.Add(new LearningCurvePoint(report.Step, report.Seconds, report.TrainingLoss, report.Validation["loss"]));
        _lastSeconds = report.Seconds;
    }
}
