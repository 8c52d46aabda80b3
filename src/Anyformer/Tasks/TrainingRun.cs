using Anyformer.Comparison;
using Anyformer.Inspection.Profiling;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Logging;

namespace Anyformer.Tasks;

/// <summary>
/// A training run in a folder of its own: <c>recipe.yaml</c> as run, <c>metrics.jsonl</c>, TensorBoard events, and <c>checkpoints/</c>. A run that was
/// broken off goes on where its last checkpoint is.
/// </summary>
public abstract class TrainingRun
{
    private readonly CheckpointStore _checkpoints;

    /// <summary>A run in a folder, which is made when needed.</summary>
    protected TrainingRun(TrainingSection training, string folder)
    {
        (Training, Folder, Device) = (training, folder, Devices.Parse(training.Device));
        _checkpoints = new CheckpointStore(CheckpointsPath(folder));
    }

    /// <summary>The folder of the run.</summary>
    public string Folder { get; }

    /// <summary>The recipe with every option written out.</summary>
    public abstract Recipe Recipe { get; }

    /// <summary>The id of the model in the catalog.</summary>
    public abstract string ModelId { get; }

    /// <summary>The data as the recipe names them.</summary>
    public abstract string DataId { get; }

    /// <summary>What the run is called in reports.</summary>
    public string Title => Recipe.Name ?? $"{ModelId} on {DataId}";

    /// <summary>How the run trains.</summary>
    public TrainingSection Training { get; }

    /// <summary>True when there is a checkpoint to go on from.</summary>
    public bool CanResume => File.Exists(_checkpoints.LastPath);

    /// <summary>The checkpoint that the run goes on from, where it <see cref="CanResume"/>.</summary>
    protected string LastCheckpoint => _checkpoints.LastPath;

    /// <summary>Where the model is.</summary>
    protected Device Device { get; }

    /// <summary>Where the recipe of a run lies.</summary>
    public static string RecipePath(string folder) => Path.Combine(folder, "recipe.yaml");

    /// <summary>Where the checkpoints of a run lie.</summary>
    public static string CheckpointsPath(string folder) => Path.Combine(folder, "checkpoints");

    /// <summary>Trains, or goes on training; the model has its best weights after the end.</summary>
    /// <param name="resume">Goes on from the last checkpoint if there is one.</param>
    /// <param name="observer">Who looks on.</param>
    /// <param name="cancellation">Stops after the current step.</param>
    /// <returns>How far it came.</returns>
    /// <exception cref="UserException">Another process trains in the folder.</exception>
    /// <exception cref="InvalidOperationException">A new run would overwrite the one that the folder holds.</exception>
    public TrainingState Train(bool resume, TrainingObserver observer, CancellationToken cancellation)
    {
        if (!resume && CanResume)
            throw new InvalidOperationException($"The folder '{Folder}' holds a run already.");
        Directory.CreateDirectory(Folder);
        using var hold = new RunLock(Folder);
        AtomicFile.DeleteLeftovers(Folder);
        Recipe.ToDocument().Save(RecipePath(Folder));
        Prepare();
        using var logs = new RunLogs(Folder);
        var job = Job();
        using var reading = job as IDisposable;
        var state = new Trainer(job, Training, _checkpoints, logs, observer).Fit(resume, cancellation);
        if (state.Finished)
            _checkpoints.LoadBest(job.Model, state);
        return state;
    }

    /// <summary>How many steps a time is good for, found by taking a few: the model is of no use for training afterwards.</summary>
    public long StepsWithin(TimeSpan time)
    {
        var job = Job();
        using var reading = job as IDisposable;
        return StepEstimate.Within(time, job, Training);
    }

    /// <summary>Where the time and the memory of a training step go, found by taking some: the model is of no use for training afterwards.</summary>
    /// <param name="warmUp">Steps before anything is measured.</param>
    /// <param name="steps">Steps that are timed, and as many that are recorded.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public StepProfile Profile(int warmUp, int steps, CancellationToken cancellation = default)
    {
        var job = Job();
        using var reading = job as IDisposable;
        return StepProfiler.Profile(job, Training, warmUp, steps, cancellation);
    }

    /// <summary>A point for each epoch, those before a break among them.</summary>
    public IReadOnlyList<LearningCurvePoint> LearningCurve() => RunLogs.LearningCurve(Folder);

    /// <summary>Writes what the run needs in its folder beside recipe and checkpoints; nothing unless a task says so.</summary>
    protected virtual void Prepare() { }

    /// <summary>What is trained.</summary>
    protected abstract TrainingJob Job();
}
