using Anyformer.Catalog;
using Anyformer.Comparison.Texts;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Shallow;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks.Language;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Translation;

/// <summary>The run of a <see cref="TranslationRecipe"/>. Its folder keeps the tokenizers.</summary>
public sealed class TranslationRun : TrainingRun
{
    private readonly AttentionDistillation? _distillation;

    /// <summary>Prepares a run: reads the texts and builds the model.</summary>
    /// <param name="recipe">What to train, on what, how.</param>
    /// <param name="store">Where texts are looked for.</param>
    /// <param name="folder">The folder of the run; made when needed.</param>
    /// <exception cref="UserException">Anything that the recipe names is wrong or missing.</exception>
    public TranslationRun(TranslationRecipe recipe, DataStore store, string folder) : base(recipe.Training, folder)
    {
        var entry = MethodCatalog.Get<SequenceToSequenceModel>(recipe.Model.Id);
        var options = entry.BindOptions(recipe.Model);
        Recipe = recipe with { Model = recipe.Model with { Id = entry.Id, Preset = null, Options = OptionBinder.Write(options) } };
        var texts = CanResume ? folder : recipe.Teacher;
        Data = recipe.Data.Load(store, texts is null ? null : TrainedTranslator.OpenTokenizers(texts));
        TorchRuntime.ManualSeed(Training.Seed);
        Model = entry.Build<SequenceToSequenceModel>(TrainedTranslator.Shape(Data.From, Data.To, Data.Tokens), options);
        if (recipe.Model.Weights is { } weights && !CanResume)
            PretrainedWeights.Load(Model, weights);
        Model.To(Device);
        _distillation = recipe.Teacher is { } teacher ? Distillation(TrainedTranslator.Open(teacher, Device).Model) : null;
    }

    /// <inheritdoc/>
    public override TranslationRecipe Recipe { get; }

    /// <inheritdoc/>
    public override string ModelId => Recipe.Model.Id;

    /// <inheritdoc/>
    public override string DataId => Recipe.Data.Source;

    /// <summary>The texts.</summary>
    public TranslationData Data { get; }

    /// <summary>The model; after <see cref="TrainingRun.Train"/> with its best weights.</summary>
    public SequenceToSequenceModel Model { get; }

    /// <summary>Measures the best weights: the validation loss, and the BLEU of the test texts.</summary>
    public (IReadOnlyDictionary<string, double> Errors, Bleu Bleu) Evaluate()
    {
        var evaluator = Evaluator();
        var bleu = evaluator.Bleu(Model);
        return (TranslationErrors.Of(evaluator.Loss(Model), bleu), bleu);
    }

    /// <summary>How fast the model reads texts with their translations.</summary>
    public InferenceSpeed MeasureSpeed() => Evaluator().MeasureSpeed(Model);

    /// <summary>What uses the trained model opens the tokenizers where the run lies.</summary>
    protected override void Prepare() => TrainedTranslator.SaveTokenizers(Folder, Data.From, Data.To);

    /// <inheritdoc/>
    protected override TrainingJob Job() => _distillation is not null
        ? new AttentionDistillationJob(_distillation, Data, Training.BatchSize, Training.Seed, Device)
        : new TranslationTrainingJob(Model, Data, Training.BatchSize, new LabelSmoothedLoss(Recipe.LabelSmoothing, Data.To.Special.Pad!.Value), Evaluator(), Training.Seed, Device);

    private AttentionDistillation Distillation(SequenceToSequenceModel teacher) => Model is ShallowTransformer student
        ? new AttentionDistillation(student, teacher)
        : throw new UserException($"A teacher trains the networks of the model 'shallow-ff-attention', found the model '{ModelId}'.");

    private TranslationEvaluator Evaluator() => new(Data, TrainedTranslator.SearchOf(Recipe), Device);
}
