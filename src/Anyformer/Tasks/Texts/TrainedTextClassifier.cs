using System.Collections.Immutable;
using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Classification;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Texts;

/// <summary>A trained classifier of texts from the folder of its run.</summary>
public sealed class TrainedTextClassifier
{
    private readonly TextClassifierMetadata _metadata;
    private readonly PairEncoder _encoder;
    private readonly Device _device;

    private TrainedTextClassifier(
        TextClassificationRecipe recipe, TextClassifierMetadata metadata, TextClassifier model, object options, Tokenizer tokenizer, Device device)
    {
        (Recipe, _metadata, Model, Options, Tokenizer, _device) = (recipe, metadata, model, options, tokenizer, device);
        _encoder = new PairEncoder(tokenizer, recipe.Data.Tokens);
    }

    /// <summary>How it was trained.</summary>
    public TextClassificationRecipe Recipe { get; }

    /// <summary>The classifier, frozen for inference: see <see cref="Module.Freeze"/>.</summary>
    public TextClassifier Model { get; }

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public ImmutableArray<string> Classes => _metadata.Classes;

    /// <summary>Whether it classifies pairs of texts.</summary>
    public bool TakesPairs => Recipe.Data.Pair is not null;

    /// <summary>What its ids stand for.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The options of its model.</summary>
    internal object Options { get; }

    /// <summary>The sizes that its model was built for.</summary>
    internal LanguageShape Shape => _metadata.Shape;

    /// <summary>Opens the best checkpoint of a run.</summary>
    /// <exception cref="UserException">The folder holds no run of a classifier of texts, or one that has not validated yet.</exception>
    public static TrainedTextClassifier Open(string folder, Device device, FrozenPrecision precision = FrozenPrecision.Float32)
    {
        var (recipe, path) = TrainedRun<TextClassificationRecipe>.Open(folder, "a classifier of texts");
        using var scope = new TensorScope();
        var weights = Safetensors.Load(path, out var texts);
        var metadata = TextClassifierMetadata.FromTexts(texts, path);
        var entry = MethodCatalog.Get<TextModel>(recipe.Model.Id);
        var options = entry.BindOptions(recipe.Model);
        var model = new TextClassifier(entry.Build<TextModel>(metadata.Shape, options), metadata.Classes.Length, recipe.Classifier);
        model.Load(weights);
        model.To(device);
        model.Freeze(precision);
        return new TrainedTextClassifier(recipe, metadata, model, options, Tokenizer.Open(folder), device);
    }

    /// <summary>The most likely classes of texts with their probabilities, the likeliest first, in the order of the texts.</summary>
    /// <param name="texts">The texts, in pairs if it takes pairs; their classes are not looked at.</param>
    /// <param name="count">How many classes of each, at most all there are.</param>
    /// <exception cref="UserException">A text comes alone where pairs are expected, or the other way round; or it has what the vocabulary lacks.</exception>
    public IReadOnlyList<IReadOnlyList<(string Class, double Probability)>> Predict(IReadOnlyList<LabelledText> texts, int count)
    {
        if (texts.Any(text => text.Pair is null == TakesPairs))
            throw new UserException(TakesPairs ? "The run classifies pairs of texts, and a text came alone." : "The run classifies single texts, and a pair came.");
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var encoded = texts.Select(text => _encoder.Encode(text.Text, text.Pair)).ToArray();
        var answers = new IReadOnlyList<(string, double)>[texts.Count];
        foreach (var batch in Enumerable.Range(0, texts.Count).OrderBy(text => encoded[text].Ids.Length).Chunk(Recipe.Evaluation.BatchSize))
            foreach (var (text, answer) in batch.Zip(Answers([.. batch.Select(text => encoded[text])], count)))
                answers[text] = answer;
        return answers;
    }

    private IReadOnlyList<IReadOnlyList<(string, double)>> Answers((int[], int[])[] texts, int count)
    {
        using var scope = new TensorScope();
        return LikeliestClasses.Of(Model.Call(TextClassifierBatch.Of(texts, Tokenizer.Special, Model.Model, _device)), Classes, count);
    }
}
