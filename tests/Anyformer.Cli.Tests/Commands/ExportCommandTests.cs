using System.Text.Json;
using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Cli.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void ALanguageModelWritesTheSameFromItsFolder()
    {
        _workspace.Write("text.txt", string.Concat(Enumerable.Repeat("to be or not to be ", 80)));
        _workspace.Write("recipe.yaml", """
            task: language
            model: { id: gpt2, preset: small }
            data: { source: text.txt, tokens: 16, tokenizer: { kind: bpe, vocabulary: 270 } }
            training: { learning-rate: 0.005, schedule: constant, batch-size: 4, epochs: 2, patience: null, threads: 1 }
            """);
        _workspace.Run("train", "recipe.yaml", "--output", "run").Succeeded();
        Assert.Equal("out/model\n", _workspace.Run("export", "run", "out/model", "--format", "huggingface").Succeeded().Output);
        string[] writing = ["to be", "--max-tokens", "12", "--temperature", "0"];
        Assert.Equal(_workspace.Run(["generate", "run", .. writing]).Succeeded().Output, _workspace.Run(["generate", "out/model", .. writing]).Succeeded().Output);
    }

    [Fact]
    public void ATranslatorTranslatesTheSameFromItsFolder()
    {
        foreach (var part in new[] { "train", "val", "test" })
        {
            _workspace.Write($"pairs/{part}.de", string.Concat(Enumerable.Repeat("eins zwei\ndrei\n", 40)));
            _workspace.Write($"pairs/{part}.en", string.Concat(Enumerable.Repeat("one two\nthree\n", 40)));
        }

        Tokenizer.OfWords(["eins zwei drei one two three"]).Save(_workspace["words"]);
        _workspace.Write("translator.yaml", """
            task: translation
            model: { id: t5, preset: small }
            data: { source: pairs, from: de, to: en, tokens: 24, tokenizer: { kind: file, path: words } }
            label-smoothing: 0
            training: { learning-rate: 0.003, schedule: constant, batch-size: 8, epochs: 12, patience: null, threads: 1 }
            """);
        _workspace.Run("train", "translator.yaml", "--output", "run").Succeeded();
        _workspace.Run("export", "run", "t5").Succeeded();
        Assert.Equal("one two\nthree\n", _workspace.Run("translate", "t5", "eins zwei", "drei").Succeeded().Output);
        var written = _workspace.Run("generate", "t5", "drei", "--temperature", "0", "--json").Succeeded().Output;
        Assert.Equal("three", JsonDocument.Parse(written).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Contains("holds no trained run: expected", _workspace.Run("export", "nowhere", "none").Mistake(), StringComparison.Ordinal);
        Assert.Contains("--format must be huggingface, found 'onnx'.", _workspace.Run("export", "run", "none", "--format", "onnx").Mistake(), StringComparison.Ordinal);
    }
}
