using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Translation;

/// <summary>A trained translator, or another model that writes texts from texts, with its tokenizers.</summary>
public sealed class TrainedTranslator
{
    /// <summary>Most tokens of a text where a model does not say what it was trained on.</summary>
    private const int UsualTokens = 512;

    private readonly int _mostTokens;
    private readonly Device _device;

    private TrainedTranslator(SequenceToSequenceModel model, Tokenizer from, Tokenizer to, int mostTokens, Device device, TranslationSearch search) =>
        (Model, From, To, _mostTokens, _device, Search) = (model, from, to, mostTokens, device, search);

    /// <summary>The model, frozen for inference: see <see cref="Module.Freeze"/>.</summary>
    public SequenceToSequenceModel Model { get; }

    /// <summary>What the ids of texts stand for.</summary>
    public Tokenizer From { get; }

    /// <summary>What the ids of translations stand for; its token of the beginning is the model's.</summary>
    public Tokenizer To { get; }

    /// <summary>How its recipe has texts translated.</summary>
    public TranslationSearch Search { get; }

    /// <summary>Writes a text from each that it is given.</summary>
    public TextContinuation Continuation => new(Model, From, To, _device);

    /// <summary>Opens the best checkpoint of a run, or a model as Hugging Face's tools keep it: <c>config.json</c>, weights and tokenizer.</summary>
    /// <exception cref="UserException">The folder holds neither, a run that has not validated yet, or what writes no texts from texts.</exception>
    public static TrainedTranslator Open(string folder, Device device, FrozenPrecision precision = FrozenPrecision.Float32) =>
        PretrainedModel.IsFolder(folder) ? OpenPretrained(folder, device, precision) : OpenRun(folder, device, precision);

    private static TrainedTranslator OpenPretrained(string folder, Device device, FrozenPrecision precision)
    {
        using var scope = new TensorScope();
        var pretrained = PretrainedModel.Open(folder);
        if (pretrained.Model is not SequenceToSequenceModel model)
            throw new UserException($"The folder '{folder}' holds a model of type {pretrained.ModelType}, which does not write texts from texts.");
        var tokenizer = Tokenizer.Open(folder);
        if (tokenizer.Special is not { Pad: not null, End: not null })
            throw new UserException($"The tokenizer in '{folder}' has no tokens for padding and the end, which a model of type {pretrained.ModelType} needs.");
        model.To(device);
        model.Freeze(precision);
        var to = new Tokenizer(tokenizer.Parts, tokenizer.Special with { Begin = pretrained.BeginToken });
        return new TrainedTranslator(model, tokenizer, to, pretrained.TrainedTokens ?? UsualTokens, device, new TranslationSearch());
    }

    private static TrainedTranslator OpenRun(string folder, Device device, FrozenPrecision precision)
    {
        var (recipe, path) = TrainedRun<TranslationRecipe>.Open(folder, "a translator");
        using var scope = new TensorScope();
        var (from, to) = OpenTokenizers(folder);
        var entry = MethodCatalog.Get<SequenceToSequenceModel>(recipe.Model.Id);
        var model = entry.Build<SequenceToSequenceModel>(Shape(from, to, recipe.Data.Tokens), entry.BindOptions(recipe.Model));
        model.Load(Safetensors.Load(path));
        model.To(device);
        model.Freeze(precision);
        return new TrainedTranslator(model, from, to, recipe.Data.Tokens, device, SearchOf(recipe));
    }

    /// <summary>The translations of texts, searched as the recipe says unless told otherwise.</summary>
    public IReadOnlyList<string> Translate(IReadOnlyList<string> texts, TranslationSearch? search = null) =>
        new TextTranslator(Model, From, To, _mostTokens, _device).Translate(texts, search ?? Search);

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
