using Anyformer.Catalog;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Language;

/// <summary>The run of a <see cref="LanguageRecipe"/>.</summary>
public sealed class LanguageRun : TrainingRun
{
    private readonly TextObjective _objective;

    /// <summary>Prepares a run: reads the text and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where texts are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public LanguageRun(LanguageRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        var entry = MethodCatalog.Get<TextModel>(recipe.Model.Id);
        var options = entry.BindOptions(recipe.Model);
        Recipe = recipe with { Model = recipe.Model with { Id = entry.Id, Preset = null, Options = OptionBinder.Write(options) } };
        Data = recipe.Data.Load(store, CanResume ? Tokenizer.Open(folder) : null);
        TorchRuntime.ManualSeed(Training.Seed);
        Model = entry.Build<TextModel>(new LanguageShape(Data.Tokenizer.Count, Data.Tokens), options);
        if (recipe.Model.Weights is { } weights && !CanResume)
            PretrainedWeights.Load(Model, weights);
        Model.To(Device);
        _objective = TextObjective.Of(Model, recipe, Data);
    }

    /// <inheritdoc/>
    public override LanguageRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Recipe.Data.Source;

    /// <summary>The text.</summary>
    public TextData Data { get; }

    /// <summary>The model; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public TextModel Model { get; }

    /// <summary>Measures the best weights on the validation text.</summary>
    public IReadOnlyDictionary<string, double> Evaluate() => LanguageErrors.Of(Evaluator().Evaluate(Model), Data, _objective.TellsAll);

    /// <summary>How fast the model reads windows.</summary>
    public InferenceSpeed MeasureSpeed() => Evaluator().MeasureSpeed(Model);

    /// <summary>What uses the trained model opens the tokenizer where the run lies.</summary>
    protected override void Prepare() => Data.Tokenizer.Save(Folder);

    /// <inheritdoc/>
    protected override TrainingJob Job() => Model is LanguageModel model and IRecurrentLanguageModel
        ? new SegmentTrainingJob(model, Data, Training.BatchSize, Evaluator(), Training.Seed, Device)
        : new LanguageTrainingJob(Model, Data, _objective, Training.BatchSize, Recipe.Evaluation.BatchSize, Training.Seed, Device);

    private LanguageEvaluator Evaluator() => new(Data, _objective, Recipe.Evaluation.BatchSize, Device);
}
