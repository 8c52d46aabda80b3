using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Files;
using Anyformer.Data.Texts.Tokenization.PostProcessors;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Tasks.Translation;
using Anyformer.Torch;

namespace Anyformer.Tasks.Export;

/// <summary>
/// Writes a trained model as a folder that Hugging Face's transformers open: <c>config.json</c>, <c>model.safetensors</c>, <c>generation_config.json</c>, and the
/// tokenizer with <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.
/// </summary>
public static class HuggingFaceExport
{
    /// <summary>Writes a model; the folder is whole or not there.</summary>
    /// <param name="source">The folder of a run, or of a model as Hugging Face's tools keep it, which is then written anew.</param>
    /// <param name="folder">Where to; it must not be there yet, or be empty.</param>
    /// <returns>The type of the model at Hugging Face: <c>gpt2</c>.</returns>
    /// <exception cref="UserException">There is no trained model, Hugging Face's transformers know none like it, or the folder cannot be written.</exception>
    public static string Write(string source, string folder)
    {
        using var scope = new TensorScope();
        var (model, tokenizer) = PretrainedModel.IsFolder(source) ? (PretrainedModel.Open(source), Tokenizer.Open(source)) : OfRun(source);
        AtomicFolder.Write(folder, partial =>
        {
            model.Save(partial, tokenizer.Special);
            tokenizer.Save(partial);
        });
        return model.ModelType;
    }

    private static (PretrainedModel Model, Tokenizer Tokenizer) OfRun(string run)
    {
        var (recipe, _) = TrainedRun<Recipe>.Open(run, "a model");
        return recipe switch
        {
            LanguageRecipe => Of(TrainedTextModel.Open(run, Device.Cpu)),
            TranslationRecipe => Of(TrainedTranslator.Open(run, Device.Cpu)),
            _ => throw new UserException($"The run '{run}' is of no model of texts, which are what can be written as a folder of Hugging Face."),
        };
    }

    private static (PretrainedModel, Tokenizer) Of(TrainedTextModel trained) => (PretrainedModel.Of(trained.Model), trained.Tokenizer);

    private static (PretrainedModel, Tokenizer) Of(TrainedTranslator trained)
    {
        var model = PretrainedModel.Of(trained.Model);
        return TokenizerFiles.AreSame(trained.From, trained.To) ? (model, EndingTexts(trained.To)) : throw new UserException(
            "A folder of Hugging Face has one tokenizer, and this translator has one for each language; train it with one for both, data.tokenizer={kind: file, path: ...}.");
    }

    /// <summary>Translators read the token of the end behind every text; in a folder it is the tokenizer that puts it there.</summary>
    private static Tokenizer EndingTexts(Tokenizer tokenizer)
    {
        var end = tokenizer.Special.End!.Value;
        if (tokenizer.Encode("").Ids is [var only] && only == end)
            return tokenizer;
        var last = TemplatePiece.Token(tokenizer.TokenOf(end)!);
        var template = Template.Of([TemplatePiece.First, last], [TemplatePiece.First, last, TemplatePiece.Second(), last], name => tokenizer.IdOf(name)!.Value);
        return new Tokenizer(tokenizer.Parts with { PostProcessor = template }, tokenizer.Special);
    }
}
