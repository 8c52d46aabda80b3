using System.Diagnostics;
using Anyformer.Comparison;
using Anyformer.Inspection;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tasks.Forecasting;

/// <summary>One model trained with one seed within its share of the budget, and measured.</summary>
internal sealed class ForecastTrial
{
    private readonly ForecastSettings _settings;
    private readonly ForecastData _data;
    private readonly ModelSection _section;
    private readonly long _seed;
    private readonly TimeSpan? _time;
    private readonly CheckpointStore _checkpoints;
    private readonly Device _device;

    internal ForecastTrial(
        ForecastSettings settings, ForecastData data, ModelSection section, long seed, TimeSpan? time, string folder, Device device)
    {
        (_settings, _data, _section, _seed, _time, _device) = (settings, data, section, seed, time, device);
        _checkpoints = new CheckpointStore(folder);
        ProcessMemory.ResetPeak();
        Model = ForecastModels.Build(section, settings.Loss, data.Shape, seed, device);
    }

    internal Forecaster Model { get; }

    internal SeedResult Run(TrainingObserver? observer, CancellationToken cancellation)
    {
        var curve = new CurveObserver();
        var state = Model.Parameters().Any() ? Train([curve, .. observer is null ? [] : new[] { observer }], cancellation) : new TrainingState();
        cancellation.ThrowIfCancellationRequested();
        var peak = ProcessMemory.Peak;
        var batchSize = _settings.Evaluation.BatchSize;
        var validation = new ForecastEvaluator(_data, _data.Validation, batchSize, _device).Evaluate(Model).Overall;
        var test = new ForecastEvaluator(_data, _data.Test, batchSize, _device).Evaluate(Model).Overall;
        var windows = WindowsSeen(state.Step);
        var speed = ForecastSpeed.Measure(Model, _data, batchSize, _device);
        return new SeedResult
        {
            Seed = (ulong)_seed,
            Errors = ForecastErrors.Of(validation, test),
            Steps = state.Step,
            Epochs = windows / _data.Train.Count,
            TrainingSeconds = state.Seconds,
            TrainingThroughput = curve.StepSeconds > 0 ? windows / curve.StepSeconds : double.NaN,
            LatencyMilliseconds = speed.LatencyMilliseconds,
            InferenceThroughput = speed.Throughput,
            PeakMemoryBytes = peak > 0 ? peak : double.NaN,
            Curve = curve.Points,
        };
    }

    private TrainingState Train(TrainingObserver[] observers, CancellationToken cancellation)
    {
        var training = _time is { } time
            ? _settings.Training with { Seed = _seed, MaxTime = time, MaxSteps = StepsWithin(time), Epochs = int.MaxValue }
            : _settings.Training with { Seed = _seed, Epochs = _settings.Budget.Epochs!.Value };
        var state = new Trainer(Job(Model), training, _checkpoints, observers).Fit(cancellation: cancellation);
        cancellation.ThrowIfCancellationRequested();
        _checkpoints.LoadBest(Model, state);
        return state;
    }

    private double WindowsSeen(long steps)
    {
        var job = Job(Model);
        return (double)steps / job.StepsPerEpoch(_settings.Training.Accumulate) * job.BatchCount * job.BatchSize;
    }

    private ForecastTrainingJob Job(Forecaster model) =>
        new(model, _data, _settings.Loss, _settings.Training.BatchSize, _settings.Evaluation.BatchSize, _seed, _device);

    /// <summary>
    /// How many steps the time is good for, taken from a few steps and a validation of a model that is thrown away: a schedule needs to know its end.
    /// </summary>
    private long StepsWithin(TimeSpan time)
    {
        const double margin = 0.9;
        var job = Job(ForecastModels.Build(_section, _settings.Loss, _data.Shape, _seed, _device));
        job.BeginEpoch(0);
        var optimizer = OptimizerFactory.Create(job.Model.Parameters(), _settings.Training);
        SecondsOfAStep(job, optimizer);
        job.Validate();
        // Measured after a first round: until then the runtime is still compiling.
        var step = SecondsOfAStep(job, optimizer);
        var clock = Stopwatch.StartNew();
        job.Validate();
        var epoch = step * job.BatchCount + clock.Elapsed.TotalSeconds;
        return Math.Max(1, (long)(margin * time.TotalSeconds / epoch * job.StepsPerEpoch(_settings.Training.Accumulate)));
    }

    private static double SecondsOfAStep(ForecastTrainingJob job, Optimizer optimizer)
    {
        const int least = 3;
        var enough = TimeSpan.FromSeconds(1);
        var clock = Stopwatch.StartNew();
        var steps = 0;
        for (; steps < least || clock.Elapsed < enough; steps++)
        {
            using var scope = new TensorScope();
            optimizer.ZeroGrad();
            job.Loss(steps % job.BatchCount).Backward();
            optimizer.Step();
        }

        return clock.Elapsed.TotalSeconds / steps;
    }
}
