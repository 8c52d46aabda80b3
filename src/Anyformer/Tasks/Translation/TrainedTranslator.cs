using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Translation;

/// <summary>A trained translator from the folder of its run.</summary>
public sealed class TrainedTranslator
{
    private readonly TextTranslator _translator;

    private TrainedTranslator(TranslationRecipe recipe, SequenceToSequenceModel model, Tokenizer from, Tokenizer to, Device device)
    {
        (Recipe, Model) = (recipe, model);
        _translator = new TextTranslator(model, from, to, recipe.Data.Tokens, device);
    }

    /// <summary>How it was trained.</summary>
    public TranslationRecipe Recipe { get; }

    /// <summary>The model, in evaluation mode.</summary>
    public SequenceToSequenceModel Model { get; }

    /// <summary>Opens the best checkpoint of a run.</summary>
    /// <exception cref="UserException">The folder holds no run of a translator, or one that has not validated yet.</exception>
    public static TrainedTranslator Open(string folder, Device device)
    {
        var (recipe, path) = TrainedRun<TranslationRecipe>.Open(folder, "a translator");
        using var scope = new TensorScope();
        var (from, to) = OpenTokenizers(folder);
        var entry = MethodCatalog.Get<SequenceToSequenceModel>(recipe.Model.Id);
        var model = entry.Build<SequenceToSequenceModel>(Shape(from, to, recipe.Data.Tokens), entry.BindOptions(recipe.Model));
        model.Load(Safetensors.Load(path));
        model.To(device);
        model.Eval();
        return new TrainedTranslator(recipe, model, from, to, device);
    }

    /// <summary>How its recipe has texts translated.</summary>
    public TranslationSearch Search => SearchOf(Recipe);

    /// <summary>The translations of texts, searched as the recipe says unless told otherwise.</summary>
    public IReadOnlyList<string> Translate(IReadOnlyList<string> texts, TranslationSearch? search = null) => _translator.Translate(texts, search ?? Search);

    /// <summary>How a recipe has texts translated.</summary>
    internal static TranslationSearch SearchOf(TranslationRecipe recipe) => new(recipe.Evaluation.Beams, recipe.Evaluation.LengthPenalty, recipe.Evaluation.BatchSize);

    /// <summary>The sizes that a model is built for: a text has a token of the end or of the beginning beside its own.</summary>
    internal static TranslationShape Shape(Tokenizer from, Tokenizer to, int tokens) =>
        new(new LanguageShape(from.Count, tokens + 1), new LanguageShape(to.Count, tokens + 1));

    internal static (Tokenizer From, Tokenizer To) OpenTokenizers(string folder) => (Tokenizer.Open(TokenizerPath(folder, "from")), Tokenizer.Open(TokenizerPath(folder, "to")));

    internal static void SaveTokenizers(string folder, Tokenizer from, Tokenizer to)
    {
        from.Save(TokenizerPath(folder, "from"));
        to.Save(TokenizerPath(folder, "to"));
    }

    private static string TokenizerPath(string folder, string side) => Path.Combine(folder, "tokenizers", side);
}
