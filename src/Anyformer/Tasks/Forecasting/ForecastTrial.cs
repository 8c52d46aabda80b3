using System.Diagnostics;
using Anyformer.Comparison;
using Anyformer.Data.TimeSeries;
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
    private readonly string _folder;
    private readonly CheckpointStore _checkpoints;
    private readonly Device _device;

    internal ForecastTrial(
        ForecastSettings settings, ForecastData data, ModelSection section, long seed, TimeSpan? time, string folder, Device device)
    {
        (_settings, _data, _section, _seed, _time, _folder, _device) = (settings, data, section, seed, time, folder, device);
        _checkpoints = new CheckpointStore(ForecastRun.CheckpointsPath(folder));
        ProcessMemory.ResetPeak();
        Model = ForecastModels.Build(section, settings.Loss, data, seed, device);
    }

    internal Forecaster Model { get; }

    /// <summary>What was measured; null before <see cref="Run"/> is through.</summary>
    internal ForecastEvaluation? Evaluation { get; private set; }

    internal SeedResult Run(TrainingObserver? observer, CancellationToken cancellation)
    {
        var curve = new CurveObserver();
        var training = _time is { } time
            ? _settings.Training with { Seed = _seed, MaxTime = time, MaxSteps = StepsWithin(time), Epochs = int.MaxValue }
            : _settings.Training with { Seed = _seed, Epochs = _settings.Budget.Epochs!.Value };
        var state = Train(training, [curve, .. observer is null ? [] : new[] { observer }], cancellation);
        var peak = ProcessMemory.Peak;
        Evaluation = ForecastEvaluation.Of(Model, Evaluator(_data.Validation), Evaluator(_data.Test), _settings.Evaluation.Coverage);
        Save(training);
        var windows = WindowsSeen(state.Step);
        var speed = ForecastSpeed.Measure(Model, _data, _settings.Evaluation.BatchSize, _device);
        return new SeedResult
        {
            Seed = (ulong)_seed,
            Errors = Evaluation.Errors,
            IntervalCoverage = Evaluation.TestIntervals.Coverage,
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

    private TrainingState Train(TrainingSection training, TrainingObserver[] observers, CancellationToken cancellation)
    {
        var job = Job(Model);
        if (!Model.Parameters().Any())
        {
            _checkpoints.SaveBest(Model, job.Metadata);
            return new TrainingState();
        }

        var state = new Trainer(job, training, _checkpoints, observers).Fit(cancellation: cancellation);
        cancellation.ThrowIfCancellationRequested();
        _checkpoints.LoadBest(Model, state);
        return state;
    }

    /// <summary>What makes the folder a run that can be predicted with.</summary>
    private void Save(TrainingSection training)
    {
        var recipe = new ForecastRecipe
        {
            Model = ForecastModels.WithEveryOption(_section),
            Data = _settings.Data,
            Loss = _settings.Loss,
            Training = training,
            Evaluation = _settings.Evaluation,
        };
        recipe.ToDocument().Save(ForecastRun.RecipePath(_folder));
        Evaluation!.Intervals.Save(ForecastRun.IntervalsPath(_folder));
    }

    private ForecastEvaluator Evaluator(ForecastingWindows windows) => new(_data, windows, _settings.Evaluation.BatchSize, _device);

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
    private long? StepsWithin(TimeSpan time)
    {
        const double margin = 0.9;
        if (!Model.Parameters().Any())
            return null;
        var job = Job(ForecastModels.Build(_section, _settings.Loss, _data, _seed, _device));
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
