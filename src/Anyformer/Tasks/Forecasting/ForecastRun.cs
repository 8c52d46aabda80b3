using Anyformer.Comparison;
using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Training;

namespace Anyformer.Tasks.Forecasting;

/// <summary>The run of a <see cref="ForecastRecipe"/>.</summary>
public sealed class ForecastRun : TrainingRun
{
    /// <summary>Prepares a run: reads the data and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where known data sets are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public ForecastRun(ForecastRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        Recipe = recipe with { Model = ForecastModels.WithEveryOption(recipe.Model) };
        Data = ForecastData.Load(recipe.Data, store);
        // A run that goes on has its weights in its checkpoint.
        var section = CanResume ? recipe.Model with { Weights = null } : recipe.Model;
        Model = ForecastModels.Build(section, recipe.Loss, Data, Training.Seed, Device);
    }

    /// <inheritdoc/>
    public override ForecastRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Recipe.Data.Source;

    /// <summary>The data.</summary>
    public ForecastData Data { get; }

    /// <summary>The model; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public Forecaster Model { get; }

    /// <summary>Where the prediction intervals of a run lie.</summary>
    public static string IntervalsPath(string folder) => Path.Combine(folder, "intervals.safetensors");

    /// <summary>Measures the best weights on the validation and the test windows, and writes the prediction intervals that come of the former.</summary>
    public ForecastEvaluation Evaluate()
    {
        var (validation, test) = (Evaluator(Data.Validation, dropLast: false), Evaluator(Data.Test, Recipe.Evaluation.DropLast));
        var evaluation = ForecastEvaluation.Of(Model, validation, test, Recipe.Evaluation.Coverage);
        evaluation.Intervals.Save(IntervalsPath(Folder));
        return evaluation;
    }

    /// <summary>How fast the model answers.</summary>
    public InferenceSpeed MeasureSpeed() => Evaluator(Data.Test, dropLast: false).MeasureSpeed(Model);

    /// <summary>Forecasts beside the truth, for pictures.</summary>
    public IReadOnlyList<ForecastSample> Samples(ConformalIntervals intervals)
    {
        var samples = new ForecastSamples(Data, Device);
        samples.Add(Recipe.Model.Id, Model, intervals);
        return samples.Samples;
    }

    /// <inheritdoc/>
    protected override TrainingJob Job() =>
        new ForecastTrainingJob(Model, Data, Recipe.Loss, Training.BatchSize, Recipe.Evaluation.BatchSize, Training.Seed, Device);

    private ForecastEvaluator Evaluator(ForecastingWindows windows, bool dropLast) =>
        new(Data, windows, Recipe.Evaluation.BatchSize, Device) { DropLast = dropLast };
}
