using Anyformer.Data.Sequences;
using Anyformer.Data.Sources;
using Anyformer.Models.Sequences;
using Anyformer.Recipes;
using Anyformer.Training;

namespace Anyformer.Tasks.Sequences;

/// <summary>The run of a <see cref="SequenceRecipe"/>.</summary>
public sealed class SequenceRun : TrainingRun
{
    /// <summary>Prepares a run: generates or reads the data and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where folders of files are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public SequenceRun(SequenceRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        Recipe = recipe with { Model = SequenceModels.WithEveryOption(recipe.Model) };
        Data = recipe.Data.Load(store);
        // A run that goes on has its weights in its checkpoint.
        var section = CanResume ? recipe.Model with { Weights = null } : recipe.Model;
        Model = SequenceModels.Build(section, Data, Training.Seed, Device);
    }

    /// <inheritdoc/>
    public override SequenceRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Recipe.Data.Name;

    /// <summary>The data.</summary>
    public SequenceData Data { get; }

    /// <summary>The model; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public SequenceClassifier Model { get; }

    /// <summary>Measures the best weights on the validation and the test samples.</summary>
    public IReadOnlyDictionary<string, double> Evaluate() =>
        SequenceErrors.Of(Evaluator(Data.Validation).Evaluate(Model), Evaluator(Data.Test).Evaluate(Model));

    /// <summary>How fast the model answers.</summary>
    public InferenceSpeed MeasureSpeed() => Evaluator(Data.Test).MeasureSpeed(Model);

    /// <inheritdoc/>
    protected override TrainingJob Job() =>
        new SequenceTrainingJob(Model, Data, Training.BatchSize, Recipe.Evaluation.BatchSize, Training.Seed, Device);

    private SequenceEvaluator Evaluator(SequenceSamples samples) => new(Data, samples, Recipe.Evaluation.BatchSize, Device);
}
