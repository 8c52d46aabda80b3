using Anyformer.Catalog;
using Anyformer.Comparison;
using Anyformer.Data.Sources;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Training;

namespace Anyformer.Tasks.Forecasting;

/// <summary>The run of a <see cref="PretrainingRecipe"/>; its best checkpoint holds weights that a forecaster can start from.</summary>
public sealed class PretrainingRun : TrainingRun
{
    /// <summary>Prepares a run: reads the data and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where known data sets are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing, or the model cannot be pre-trained.</exception>
    public PretrainingRun(PretrainingRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        Recipe = recipe with { Model = ForecastModels.WithEveryOption(recipe.Model) };
        Data = ForecastData.Load(recipe.Data, store);
        // A run that goes on has its weights in its checkpoint.
        var section = CanResume ? recipe.Model with { Weights = null } : recipe.Model;
        var forecaster = ForecastModels.Start(section, Data.Shape, Training.Seed) as IPretrainable
            ?? throw new UserException($"The model '{recipe.Model.Id}' cannot be pre-trained; expected one of {string.Join(", ", Pretrainable)}.");
        Model = forecaster.Pretraining(recipe.Masking.Ratio);
        Model.To(Device);
    }

    /// <summary>What is measured.</summary>
    public static ErrorMetric Error { get; } = new("validation-masked-mse", "validation masked MSE",
        "Mean squared error of what was hidden of the validation windows, on values standardised in each window.");

    /// <inheritdoc/>
    public override PretrainingRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Recipe.Data.Source;

    /// <summary>The data.</summary>
    public ForecastData Data { get; }

    /// <summary>The pre-training; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public SeriesPretraining Model { get; }

    private static IEnumerable<string> Pretrainable =>
        MethodCatalog.OfRole<Forecaster>().Where(entry => entry.Type.IsAssignableTo(typeof(IPretrainable))).Select(entry => entry.Id);

    /// <summary>The loss of the weights as they are on the validation windows.</summary>
    public double Evaluate() => Job().Validate()["loss"];

    /// <inheritdoc/>
    protected override TrainingJob Job() => new PretrainingJob(Model, Data, Training.BatchSize, Training.Seed, Device);
}
