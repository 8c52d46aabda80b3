using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Torch.Recording;
using Anyformer.Training;

namespace Anyformer.Inspection.Profiling;

/// <summary>Takes training steps as the trainer does, some to warm up, some by the clock alone, some recorded.</summary>
public sealed class StepProfiler : TrainingObserver
{
    private readonly int _warmUp;
    private readonly int _steps;
    private readonly CancellationTokenSource _end;
    private readonly CallTrace _trace = new();
    private readonly List<double> _seconds = [];
    private readonly List<(long Begin, long End)> _recorded = [];
    private OperatorEvent[] _events = [];
    private long _begin;
    private long _managedBefore;
    private long _managed;
    private int _taken;

    private StepProfiler(int warmUp, int steps, CancellationTokenSource end) => (_warmUp, _steps, _end) = (warmUp, steps, end);

    /// <summary>The profile of a job's training steps; the model learns from them.</summary>
    /// <param name="job">What is trained.</param>
    /// <param name="training">How; limits of its length are left aside.</param>
    /// <param name="warmUp">Steps before anything is measured.</param>
    /// <param name="steps">Steps that are timed without being recorded, and as many that are recorded.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="UserException">The model has no parameters.</exception>
    public static StepProfile Profile(TrainingJob job, TrainingSection training, int warmUp, int steps, CancellationToken cancellation = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var profiler = new StepProfiler(warmUp, steps, end);
        var endless = training with { Epochs = warmUp + 2 * steps, MaxSteps = null, MaxTime = null, Patience = null };
        try
        {
            new Trainer(job, endless, null, profiler).Fit(cancellation: end.Token);
        }
        finally
        {
            profiler.StopRecording();
        }

        cancellation.ThrowIfCancellationRequested();
        return profiler.Result(job);
    }

    /// <inheritdoc/>
    public override void OnStart(TrainingState state, long totalSteps) => Begin();

    /// <inheritdoc/>
    public override void OnStep(StepReport report)
    {
        var end = OperatorRecording.Now;
        if (_taken >= _warmUp + _steps)
            _recorded.Add((_begin, end));
        else if (_taken >= _warmUp)
            Timed(end);
        _taken++;
        if (_taken == _warmUp + _steps)
            StartRecording();
        if (_taken == _warmUp + 2 * _steps)
            _end.Cancel();
        Begin();
    }

    /// <summary>A validation between two steps belongs to neither.</summary>
    public override void OnEpoch(EpochReport report) => Begin();

    private void Begin() => (_managedBefore, _begin) = (GC.GetAllocatedBytesForCurrentThread(), OperatorRecording.Now);

    private void Timed(long end)
    {
        _seconds.Add(1e-9 * (end - _begin));
        _managed += GC.GetAllocatedBytesForCurrentThread() - _managedBefore;
    }

    private void StartRecording()
    {
        OperatorRecording.Start();
        TensorScope.Observer = _trace;
    }

    private void StopRecording()
    {
        if (TensorScope.Observer != _trace)
            return;
        TensorScope.Observer = null;
        _events = OperatorRecording.Stop();
    }

    private StepProfile Result(TrainingJob job)
    {
        var root = ProfileTree.Of(job.Model, _recorded, _trace.Spans, _events);
        double[] ordered = [.. _seconds.Order()];
        var median = (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
        return new StepProfile(_steps, median, (double)_managed / _steps, MachinePeak.Measure(), job.Model, root);
    }
}
