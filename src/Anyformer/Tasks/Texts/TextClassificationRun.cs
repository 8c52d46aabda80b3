using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Classification;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Texts;

/// <summary>The run of a <see cref="TextClassificationRecipe"/>. Its folder keeps the tokenizer.</summary>
public sealed class TextClassificationRun : TrainingRun
{
    private readonly LanguageShape _shape;

    /// <summary>Prepares a run: reads the texts and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where texts are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public TextClassificationRun(TextClassificationRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        using var scope = new TensorScope();
        var entry = MethodCatalog.Get<TextModel>(recipe.Model.Id);
        // A run that goes on has weights and tokenizer in its folder.
        var origin = CanResume ? null : TextClassifierOrigin.Of(recipe.Model, Device);
        var options = origin?.OptionsOf(recipe.Model) ?? entry.BindOptions(recipe.Model);
        Recipe = recipe with { Model = recipe.Model with { Id = entry.Id, Preset = null, Options = OptionBinder.Write(options) } };
        Data = recipe.Data.Load(store, CanResume ? Tokenizer.Open(folder) : recipe.Data.Tokenizer is null ? origin?.Tokenizer : null);
        _shape = Shape(origin);
        TorchRuntime.ManualSeed(Training.Seed);
        Model = new TextClassifier(entry.Build<TextModel>(_shape, options), Data.Classes.Length, recipe.Classifier);
        if (origin is not null)
            Model.Model.Load(origin.Model.StateDict());
        else if (recipe.Model.Weights is { } weights && !CanResume)
            PretrainedWeights.Load(Model.Model, weights);
        Model.To(Device);
    }

    /// <inheritdoc/>
    public override TextClassificationRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Path.GetFileName(Path.TrimEndingDirectorySeparator(Recipe.Data.Source));

    /// <summary>The texts.</summary>
    public TextClassificationData Data { get; }

    /// <summary>The classifier; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public TextClassifier Model { get; }

    /// <summary>The number of the class that F1 is of; null when there are more than two.</summary>
    /// <exception cref="UserException">The recipe names another than those that there are.</exception>
    public int? Positive => (Recipe.Evaluation.PositiveClass, Data.Classes.Length) switch
    {
        (null, 2) => 1,
        (null, _) => null,
        ({ } name, 2) when Data.Classes.IndexOf(name) is >= 0 and var index => index,
        ({ } name, _) => throw new UserException($"The positive class '{name}' must be one of two, the data have {string.Join(", ", Data.Classes)}."),
    };

    /// <summary>Measures the best weights on the validation and the test texts.</summary>
    public (TextClassificationScores Validation, TextClassificationScores Test) Evaluate() => (Evaluator(Data.Validation).Evaluate(Model), Evaluator(Data.Test).Evaluate(Model));

    /// <summary>How fast the model answers.</summary>
    public InferenceSpeed MeasureSpeed() => Evaluator(Data.Test).MeasureSpeed(Model);

    /// <summary>What uses the trained model opens the tokenizer where the run lies.</summary>
    protected override void Prepare() => Data.Tokenizer.Save(Folder);

    /// <inheritdoc/>
    protected override TrainingJob Job() =>
        new TextClassificationTrainingJob(Model, _shape, Data, Training.BatchSize, Evaluator(Data.Validation), Training.Seed, Device);

    private TextClassificationEvaluator Evaluator(IReadOnlyList<ClassifiedText> texts) => new(Data, texts, Recipe.Evaluation.BatchSize, Device);

    /// <summary>The sizes that the model is built for.</summary>
    /// <exception cref="UserException">Texts are longer, or have more tokens, than the model that it starts from knows.</exception>
    private LanguageShape Shape(TextClassifierOrigin? origin)
    {
        if (CanResume)
        {
            Safetensors.Load(LastCheckpoint, out var texts);
            return TextClassifierMetadata.FromTexts(texts, LastCheckpoint).Shape;
        }

        if (origin is not { Shape: var known })
            return new LanguageShape(Data.Tokenizer.Count, Data.Tokens);
        if (known.Tokens < Data.Tokens)
            throw new UserException($"The weights '{Recipe.Model.Weights}' are of a model of {known.Tokens} tokens, and the recipe wants {Data.Tokens}; set data.tokens.");
        return known.Vocabulary >= Data.Tokenizer.Count ? known : throw new UserException(
            $"The weights '{Recipe.Model.Weights}' know {known.Vocabulary} different tokens, and the recipe's tokenizer {Data.Tokenizer.Count}; leave data.tokenizer out.");
    }
}
