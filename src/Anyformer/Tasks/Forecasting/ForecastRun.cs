using Anyformer.Comparison;
using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Logging;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// A training run in a folder of its own: <c>recipe.yaml</c> as run, <c>metrics.jsonl</c>, TensorBoard events, and <c>checkpoints/</c>. A run that was
/// broken off goes on where its last checkpoint is.
/// </summary>
public sealed class ForecastRun
{
    private readonly ForecastRecipe _recipe;
    private readonly Device _device;
    private readonly CheckpointStore _checkpoints;

    /// <summary>Prepares a run: reads the data and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where known data sets are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public ForecastRun(ForecastRecipe recipe, DataStore store, string folder)
    {
        (Folder, _device, _checkpoints) = (folder, Devices.Parse(recipe.Training.Device), new CheckpointStore(CheckpointsPath(folder)));
        _recipe = ForecastModels.WithEveryOption(recipe);
        Data = ForecastData.Load(recipe.Data, store);
        Model = ForecastModels.Build(recipe.Model, recipe.Loss, Data, recipe.Training.Seed, _device);
    }

    /// <summary>The folder of the run.</summary>
    public string Folder { get; }

    /// <summary>The recipe with every option written out.</summary>
    public ForecastRecipe Recipe => _recipe;

    /// <summary>The data.</summary>
    public ForecastData Data { get; }

    /// <summary>The model; after <see cref="Train"/> with its best weights.</summary>
    public Forecaster Model { get; }

    /// <summary>True when there is a checkpoint to go on from.</summary>
    public bool CanResume => File.Exists(_checkpoints.LastPath);

    /// <summary>Where the recipe of a run lies.</summary>
    public static string RecipePath(string folder) => Path.Combine(folder, "recipe.yaml");

    /// <summary>Where the checkpoints of a run lie.</summary>
    public static string CheckpointsPath(string folder) => Path.Combine(folder, "checkpoints");

    /// <summary>Where the prediction intervals of a run lie.</summary>
    public static string IntervalsPath(string folder) => Path.Combine(folder, "intervals.safetensors");

    /// <summary>Trains, or goes on training.</summary>
    /// <returns>How far it came.</returns>
    public TrainingState Train(bool resume, TrainingObserver observer, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Folder);
        AtomicFile.DeleteLeftovers(Folder);
        _recipe.ToDocument().Save(RecipePath(Folder));
        using var logs = new RunLogs(Folder);
        var job = new ForecastTrainingJob(Model, Data, _recipe.Loss, _recipe.Training.BatchSize, _recipe.Evaluation.BatchSize, _recipe.Training.Seed, _device);
        var state = new Trainer(job, _recipe.Training, _checkpoints, logs, observer).Fit(resume, cancellation);
        if (state.Finished)
            _checkpoints.LoadBest(Model, state);
        return state;
    }

    /// <summary>A point for each epoch, those before a break among them.</summary>
    public IReadOnlyList<LearningCurvePoint> LearningCurve() => RunLogs.LearningCurve(Folder);

    /// <summary>Measures the best weights on the validation and the test windows, and writes the prediction intervals that come of the former.</summary>
    public ForecastEvaluation Evaluate()
    {
        var (validation, test) = (Evaluator(Data.Validation, dropLast: false), Evaluator(Data.Test, _recipe.Evaluation.DropLast));
        var evaluation = ForecastEvaluation.Of(Model, validation, test, _recipe.Evaluation.Coverage);
        evaluation.Intervals.Save(IntervalsPath(Folder));
        return evaluation;
    }

    /// <summary>How fast the model answers.</summary>
    public ForecastSpeed MeasureSpeed() => ForecastSpeed.Measure(Model, Data, _recipe.Evaluation.BatchSize, _device);

    /// <summary>Forecasts beside the truth, for pictures.</summary>
    public IReadOnlyList<ForecastSample> Samples(ConformalIntervals intervals)
    {
        var samples = new ForecastSamples(Data, _device);
        samples.Add(_recipe.Model.Id, Model, intervals);
        return samples.Samples;
    }

    private ForecastEvaluator Evaluator(ForecastingWindows windows, bool dropLast) =>
        new(Data, windows, _recipe.Evaluation.BatchSize, _device) { DropLast = dropLast };
}
