using System.Diagnostics;
using Anyformer.Blocks;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;
using Anyformer.Training.Schedules;

namespace Anyformer.Training;

/// <summary>
/// Trains a job: batches, schedule, clipping, accumulation, validation, early stopping, checkpoints. A run that is killed at any step and
/// resumed from its last checkpoint ends with the same bits as one that was not.
/// </summary>
public sealed class Trainer
{
    private readonly TrainingJob _job;
    private readonly TrainingSection _options;
    private readonly CheckpointStore? _checkpoints;
    private readonly TrainingObserver[] _observers;
    private readonly Optimizer _optimizer;
    private readonly WeightAverage? _average;
    private readonly EarlyStopping _earlyStopping;
    private readonly LinearProbing? _probing;
    private readonly Stopwatch _clock = new();
    private TrainingState _state = new();
    private double _secondsBefore;

    /// <summary>Prepares a training.</summary>
    /// <param name="job">What is trained.</param>
    /// <param name="options">How.</param>
    /// <param name="checkpoints">Where checkpoints go; null to keep none.</param>
    /// <param name="observers">Who looks on.</param>
    /// <exception cref="UserException">The model has no parameters, or no head that could learn alone.</exception>
    public Trainer(TrainingJob job, TrainingSection options, CheckpointStore? checkpoints = null, params TrainingObserver[] observers)
    {
        (_job, _options, _checkpoints, _observers) = (job, options, checkpoints, observers);
        _optimizer = OptimizerFactory.Create(job.Model.Parameters(), options);
        if (_optimizer.Parameters.Count == 0)
            throw new UserException($"{job.Model.GetType().Name} has no parameters, so there is nothing to train.");
        _average = options.EmaDecay is { } decay ? new WeightAverage(job.Model, decay) : null;
        _earlyStopping = new EarlyStopping(options.Patience ?? int.MaxValue);
        _probing = options.FreezeEpochs > 0 ? new LinearProbing(job.Model, options.FreezeEpochs) : null;
    }

    private int StepsPerEpoch => _job.StepsPerEpoch(_options.Accumulate);

    private long TotalSteps => Math.Min(_options.MaxSteps ?? long.MaxValue, (long)_options.Epochs * StepsPerEpoch);

    private double Seconds => _secondsBefore + _clock.Elapsed.TotalSeconds;

    /// <summary>An epoch takes one step at least: time may run out between two of them, and none is there only to be validated.</summary>
    private bool EpochIsOver => _state.Batch >= _job.BatchCount || (_state.Batch > 0 && LimitReached);

    private bool LimitReached => _state.Step >= TotalSteps || (_options.MaxTime is { } limit && Seconds >= limit.TotalSeconds);

    /// <summary>Trains to the end, or until cancelled; then the last checkpoint holds the step it came to.</summary>
    /// <param name="resume">Goes on from the last checkpoint if there is one.</param>
    /// <param name="cancellation">Stops after the current step.</param>
    /// <returns>How far it came; <see cref="TrainingState.Finished"/> tells the end from a cancellation.</returns>
    public TrainingState Fit(bool resume = false, CancellationToken cancellation = default)
    {
        if (resume && _checkpoints?.LoadLast(_job.Model, _optimizer, _average) is { } saved)
            (_state, _earlyStopping.State, _secondsBefore) = (saved, saved.EarlyStopping, saved.Seconds);
        Notify(observer => observer.OnStart(_state, TotalSteps));
        _clock.Restart();
        while (!_state.Finished && !cancellation.IsCancellationRequested)
            RunEpoch(cancellation);
        if (!_state.Finished)
            SaveLast();
        _probing?.Unfreeze();
        _job.Model.Eval();
        return _state;
    }

    private void RunEpoch(CancellationToken cancellation)
    {
        _job.Model.Train();
        _job.BeginEpoch(_state.Epoch);
        if (_state.Batch > 0)
            _checkpoints?.LoadJob(_job);
        _probing?.BeginEpoch(_state.Epoch);
        while (!EpochIsOver)
        {
            Step();
            if (cancellation.IsCancellationRequested)
                return;
            if (_options.CheckpointEvery is { } every && _state.Step % every == 0)
                SaveLast();
        }

        FinishEpoch();
    }

    private void Step()
    {
        var batches = Math.Min(_options.Accumulate, _job.BatchCount - _state.Batch);
        var loss = 0.0;
        _optimizer.ZeroGrad();
        for (var i = 0; i < batches; i++)
            loss += AddGradients(_state.Batch + i, batches);
        Update();
        _state = _state with { Batch = _state.Batch + batches, Step = _state.Step + 1, LossSum = _state.LossSum + loss };
        var report = new StepReport(_state.Step, loss / batches, _optimizer.LearningRate, Seconds);
        Notify(observer => observer.OnStep(report));
    }

    private void Update()
    {
        using var scope = new TensorScope(StepPhase.Update);
        if (_options.GradientClip is { } largest)
            GradientClipping.ClipNorm(_optimizer.Parameters, largest);
        var progress = new TrainingProgress(_state.Step, _state.Epoch, StepsPerEpoch, TotalSteps);
        _optimizer.LearningRate = _options.LearningRate * _options.Schedule.Factor(progress);
        _optimizer.Momentum = _options.Schedule.Momentum(progress) ?? _optimizer.Momentum;
        _optimizer.Step();
        _average?.Update();
    }

    /// <summary>Adds the gradients of one batch, divided by the batches of the step; gives its loss.</summary>
    private double AddGradients(int batch, int batches)
    {
        using var scope = new TensorScope();
        var loss = LossOf(batch);
        Differentiate(batches == 1 ? loss : loss / batches);
        return loss.Item<double>();
    }

    private static void Differentiate(Tensor loss)
    {
        using var scope = new TensorScope(StepPhase.Backward);
        loss.Backward();
    }

    private Tensor LossOf(int batch)
    {
        using var scope = new TensorScope(StepPhase.Forward);
        if (_options.Autocast == AutocastPrecision.None)
            return scope.Keep(LossOf(batch, autocast: null));
        using var autocast = new Autocast(_optimizer.Parameters[0].Device, DType.BFloat16);
        return scope.Keep(LossOf(batch, DType.BFloat16));
    }

    private Tensor LossOf(int batch, DType? autocast)
    {
        if (_options.Recompute == RecomputedActivations.None)
            return _job.Loss(batch);
        using var recomputation = new Recomputation(autocast);
        var loss = _job.Loss(batch);
        return recomputation.Blocks > 0 ? loss
            : throw new UserException($"{_job.Model.GetType().Name} has no blocks that could be computed again: 'training.recompute' must be none.");
    }

    private void FinishEpoch()
    {
        _average?.Swap();
        var validation = Validate();
        var improved = _earlyStopping.Observe(validation[_job.ValidationMetric]);
        if (improved)
            _checkpoints?.SaveBest(_job.Model, _job.Metadata);
        _average?.Swap();

        var report = new EpochReport(_state.Epoch + 1, _state.Step, _state.LossSum / Math.Max(1, _state.Batch), validation, improved, Seconds);
        _state = _state with
        {
            Epoch = _state.Epoch + 1,
            Batch = 0,
            LossSum = 0,
            EarlyStopping = _earlyStopping.State,
            BestEpoch = improved ? _state.Epoch + 1 : _state.BestEpoch,
        };
        _state = _state with { Finished = _state.Epoch >= _options.Epochs || LimitReached || _earlyStopping.ShouldStop };
        Notify(observer => observer.OnEpoch(report));
        SaveLast();
    }

    private IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        _job.Model.Eval();
        return _job.Validate();
    }

    private void SaveLast()
    {
        _state = _state with { Seconds = Seconds };
        _checkpoints?.SaveLast(_job.Model, _optimizer, _average, _state, _job.Metadata, _job.State);
    }

    private void Notify(Action<TrainingObserver> tell)
    {
        foreach (var observer in _observers)
            tell(observer);
    }
}
