using Anyformer.Catalog;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Texts;

/// <summary>A trained model that a classifier starts from: its sizes and its tokenizer are the classifier's.</summary>
/// <param name="Model">The model.</param>
/// <param name="Options">The options that it was built with.</param>
/// <param name="Shape">The sizes that it was built for.</param>
/// <param name="Tokenizer">What its ids stand for.</param>
internal sealed record TextClassifierOrigin(TextModel Model, object Options, LanguageShape Shape, Tokenizer Tokenizer)
{
    /// <summary>What a recipe's weights are; null when it names none, or a file without a tokenizer.</summary>
    /// <exception cref="UserException">The folder holds no model of texts, or another one than the recipe's.</exception>
    internal static TextClassifierOrigin? Of(ModelSection section, Device device)
    {
        if (section.Weights is not { } folder || !Directory.Exists(folder))
            return null;
        var origin = Open(folder, device);
        var entry = MethodCatalog.Get<TextModel>(section.Id);
        return origin.Model.GetType() == entry.Type ? origin : throw new UserException(
            $"The weights '{folder}' are those of a model {MethodCatalog.Entries.Single(other => other.Type == origin.Model.GetType()).Id}, and the recipe has the model {entry.Id}.");
    }

    /// <summary>The options of a recipe's model: those of the origin, but for what the recipe says.</summary>
    internal object OptionsOf(ModelSection section) =>
        section.Preset is null ? OptionBinder.BindOver(Options, section.Options, "model.options") : MethodCatalog.Get<TextModel>(section.Id).BindOptions(section);

    private static TextClassifierOrigin Open(string folder, Device device)
    {
        if (File.Exists(TrainingRun.RecipePath(folder)) && Recipe.Load(TrainingRun.RecipePath(folder)) is TextClassificationRecipe)
        {
            var classifier = TrainedTextClassifier.Open(folder, device);
            return new TextClassifierOrigin(classifier.Model.Model, classifier.Options, classifier.Shape, classifier.Tokenizer);
        }

        var model = TrainedTextModel.Open(folder, device);
        return new TextClassifierOrigin(model.Model, model.Options, model.Shape, model.Tokenizer);
    }
}
