using System.Text.Json.Nodes;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Export;
using Anyformer.Tasks.Language;
using Anyformer.Tasks.Translation;
using Anyformer.Tests.Training;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Export;

[Collection(DefaultGenerator.Name)]
public sealed class HuggingFaceExportTests : IDisposable
{
    private const string Windows = "{ kind: mixed-span, scales-scores: false, local: { kind: local, window: 7, backward: 1, forward: 0, scale: 1 } }";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gpt2", "{}", "GPT2LMHeadModel")]
    [InlineData("llama", "{}", "LlamaForCausalLM")]
    [InlineData("masformer", $"{{ attention: {Windows} }}", "GPTNeoForCausalLM")]
    [InlineData("bert", "{}", "BertForPreTraining")]
    public void ARunBecomesAFolderWithAllThatIsNeeded(string model, string options, string architecture)
    {
        TrainLanguage(model, options, "{ kind: bpe, vocabulary: 270 }");
        HuggingFaceExport.Write(_folder["run"], _folder["model"]);
        string[] files = ["config.json", "generation_config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"];
        Assert.Equal(files, Directory.EnumerateFiles(_folder["model"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal(architecture, (string)Json("model/config.json")["architectures"]![0]!);
        Assert.Equal("</s>", (string)Json("model/special_tokens_map.json")["eos_token"]!);
        using var scope = new TensorScope();
        var ids = Tensor.From<long>([3, 1, 4, 1, 5]).View([1, 5]);
        var (run, opened) = (TrainedTextModel.Open(_folder["run"], Device.Cpu), TrainedTextModel.Open(_folder["model"], Device.Cpu));
        Tensors.AssertSame(run.Model.Call(ids), opened.Model.Call(ids));
        Assert.Equal(run.Tokenizer.EncodeIds("to be or not"), opened.Tokenizer.EncodeIds("to be or not"));
        Assert.Equal(opened.Tokenizer.Special.End, (int)Json("model/config.json")["eos_token_id"]!);
        // What came from elsewhere is written anew, to the letter.
        HuggingFaceExport.Write(_folder["model"], _folder["again"]);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(_folder[$"model/{file}"]), File.ReadAllBytes(_folder[$"again/{file}"])));
    }

    [Fact]
    public void ATranslatorBeginsAndEndsTextsAsItLearnt()
    {
        Tokenizer.OfWords(["eins zwei drei one two three"]).Save(_folder["words"]);
        TrainTranslator($"{{ kind: file, path: '{_folder["words"]}' }}");
        HuggingFaceExport.Write(_folder["run"], _folder["t5"]);
        var (run, opened) = (TrainedTranslator.Open(_folder["run"], Device.Cpu), TrainedTranslator.Open(_folder["t5"], Device.Cpu));
        string[] texts = ["eins zwei", "drei", "zwei drei eins"];
        Assert.Equal(run.Translate(texts), opened.Translate(texts));
        Assert.Equal(run.Translate(texts), TextContinuation.Open(_folder["t5"], Device.Cpu).Write(texts, new ContinuationSettings { Generation = new() { MaxTokens = 8, Temperature = 0 } }));
        var (config, special) = (Json("t5/config.json"), run.To.Special);
        Assert.Equal((special.Begin, special.End, special.Pad), ((int)config["decoder_start_token_id"]!, (int)config["eos_token_id"]!, (int)config["pad_token_id"]!));
        // Hugging Face's tokenizer puts the end behind texts by itself.
        Assert.Equal([.. run.From.EncodeIds("drei"), special.End!.Value], opened.From.Encode("drei").Ids);
        Assert.Contains("which is none that goes on with texts", Refusal(() => TrainedTextModel.Open(_folder["t5"], Device.Cpu)), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHasNoFormAtHuggingFaceIsRefused()
    {
        TrainLanguage("decoder", "{}", "character");
        Assert.Equal("A TransformerDecoder has no folder at Hugging Face; expected one of bert, convbert, gpt2, gpt_neo, llama, t5.", Refusal(Export));
        TrainLanguage("gpt2", "{ attention: performer }", "character");
        Assert.Equal("A folder of type 'gpt2' cannot say this model's attention; keep it as a run instead.", Refusal(Export));
        TrainTranslator("words");
        Assert.Equal("A folder of Hugging Face has one tokenizer, and this translator has one for each language; train it with one for both, data.tokenizer={kind: file, path: ...}.",
            Refusal(Export));
        Assert.False(Directory.Exists(_folder["model"]));
        void Export() => HuggingFaceExport.Write(_folder["run"], _folder["model"]);
    }

    private static string Refusal(Action action) => Assert.Throws<UserException>(action).Message;

    private JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(_folder[file]))!;

    private void TrainLanguage(string model, string options, string tokenizer)
    {
        Directory.CreateDirectory(_folder["texts"]);
        File.WriteAllText(_folder["texts/text.txt"], string.Concat(Enumerable.Repeat("to be or not to be ", 40)));
        Train(store => new LanguageRun(Bind<LanguageRecipe>($$"""
            task: language
            model: { id: {{model}}, preset: small, options: {{options}} }
            data: { source: texts, tokens: 16, tokenizer: {{tokenizer}} }
            training: { batch-size: 4, max-steps: 1 }
            """), store, _folder["run"]));
    }

    private void TrainTranslator(string tokenizer)
    {
        Directory.CreateDirectory(_folder["pairs"]);
        foreach (var part in new[] { "train", "val", "test" })
        {
            File.WriteAllText(_folder[$"pairs/{part}.de"], string.Concat(Enumerable.Repeat("eins zwei\ndrei\n", 4)));
            File.WriteAllText(_folder[$"pairs/{part}.en"], string.Concat(Enumerable.Repeat("one two\nthree\n", 4)));
        }

        Train(store => new TranslationRun(Bind<TranslationRecipe>($$"""
            task: translation
            model: { id: t5, preset: small }
            data: { source: pairs, from: de, to: en, tokens: 8, tokenizer: {{tokenizer}} }
            training: { batch-size: 4, max-steps: 1 }
            """), store, _folder["run"]));
    }

    private void Train(Func<DataStore, TrainingRun> run)
    {
        if (Directory.Exists(_folder["run"]))
            Directory.Delete(_folder["run"], recursive: true);
        using var scope = new TensorScope();
        run(new DataStore([_folder.Path], _folder.Path)).Train(resume: false, new Watcher(), CancellationToken.None);
    }

    private static TRecipe Bind<TRecipe>(string yaml) where TRecipe : Recipe => (TRecipe)RecipeDocument.Parse(yaml, "the recipe").Bind<Recipe>();
}
