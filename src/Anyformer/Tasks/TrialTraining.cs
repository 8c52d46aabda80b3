using Anyformer.Comparison;
using Anyformer.Inspection;
using Anyformer.Recipes;
using Anyformer.Training;

namespace Anyformer.Tasks;

/// <summary>The training of one model of a comparison, with one seed, within its share of the budget; and what it cost. To be made before the model.</summary>
internal sealed class TrialTraining
{
    private readonly CheckpointStore _checkpoints;
    private readonly CurveObserver _curve = new();
    private readonly Budget _budget;
    private readonly TimeSpan? _time;
    private readonly bool _measuresMemory;
    private TrainingState _state = new();
    private double _peak = double.NaN;
    private double _samples;

    /// <param name="training">How it is trained but for budget and seed.</param>
    /// <param name="budget">What the comparison may spend.</param>
    /// <param name="time">This training's share of the time; null when epochs are the limit.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="folder">The folder of the run.</param>
    internal TrialTraining(TrainingSection training, Budget budget, TimeSpan? time, long seed, string folder)
    {
        (Section, _budget, _time, Folder) = (training with { Seed = seed }, budget, time, folder);
        _checkpoints = new CheckpointStore(TrainingRun.CheckpointsPath(folder));
        _measuresMemory = ProcessMemory.ResetPeak();
    }

    /// <summary>The folder of the run.</summary>
    internal string Folder { get; }

    /// <summary>How it is trained; after <see cref="Run"/> with the limits that it had.</summary>
    internal TrainingSection Section { get; private set; }

    /// <summary>Trains, and leaves the model with its best weights. A model that has nothing to learn is saved as it is.</summary>
    /// <param name="job">The training.</param>
    /// <param name="trial">The same with a model of its own, to be measured and thrown away.</param>
    /// <param name="observer">Who looks on.</param>
    /// <param name="cancellation">Ends the training with an <see cref="OperationCanceledException"/>.</param>
    internal void Run(TrainingJob job, Func<TrainingJob> trial, TrainingObserver? observer, CancellationToken cancellation)
    {
        if (job.Model.Parameters().Any())
            Train(job, trial, [_curve, .. observer is null ? [] : new[] { observer }], cancellation);
        else
            _checkpoints.SaveBest(job.Model, job.Metadata);
        _peak = _measuresMemory ? ProcessMemory.Peak : double.NaN;
        _samples = (double)_state.Step / job.StepsPerEpoch(Section.Accumulate) * job.BatchCount * job.BatchSize;
    }

    /// <summary>What came of it.</summary>
    /// <param name="errors">The errors that were measured.</param>
    /// <param name="speed">How fast the model answers.</param>
    /// <param name="samples">Samples of an epoch.</param>
    internal SeedResult Result(IReadOnlyDictionary<string, double> errors, InferenceSpeed speed, int samples) => new()
    {
        Seed = (ulong)Section.Seed,
        Errors = errors,
        Steps = _state.Step,
        Epochs = _samples / samples,
        TrainingSeconds = _state.Seconds,
        TrainingThroughput = PerSecond(_samples),
        StepsPerSecond = PerSecond(_state.Step),
        LatencyMilliseconds = speed.LatencyMilliseconds,
        InferenceThroughput = speed.Throughput,
        PeakMemoryBytes = _peak,
        Curve = _curve.Points,
    };

    private long StepsWithin(TimeSpan time, TrainingJob trial)
    {
        using var reading = trial as IDisposable;
        return StepEstimate.Within(time, trial, Section);
    }

    private double PerSecond(double count) => _curve.StepSeconds > 0 ? count / _curve.StepSeconds : double.NaN;

    private void Train(TrainingJob job, Func<TrainingJob> trial, TrainingObserver[] observers, CancellationToken cancellation)
    {
        Section = _time is { } time
            ? Section with { MaxTime = time, MaxSteps = StepsWithin(time, trial()), Epochs = int.MaxValue }
            : Section with { Epochs = _budget.Epochs!.Value };
        _state = new Trainer(job, Section, _checkpoints, observers).Fit(cancellation: cancellation);
        cancellation.ThrowIfCancellationRequested();
        _checkpoints.LoadBest(job.Model, _state);
    }
}
