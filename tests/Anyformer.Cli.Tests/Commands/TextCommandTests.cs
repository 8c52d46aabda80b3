using System.Text.Json;

namespace Anyformer.Cli.Tests.Commands;

public sealed class TextCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public TextCommandTests() => _workspace.Write("text.txt", string.Concat(Enumerable.Repeat("to be or not to be ", 80)));

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void LanguageModelsAreComparedAndWrite()
    {
        _workspace.Run("compare", "language", "text.txt", "--models", "decoder-small,gpt2-small", "--tokens", "16", "--budget", "2", "--prompt", "to be",
            "--set", "training.threads=1", "--set", "gpt2-small.heads=2", "--output", "out").Succeeded();
        var result = _workspace.Result("out");
        Assert.Equal(["decoder-small", "gpt2-small"], result.Models.Select(model => model.Id));
        Assert.All(result.Models, model => Assert.True(model.Seeds.Single().Steps > 0));
        Assert.Equal(result.Models[0].Seeds[0].Steps, result.Models[1].Seeds[0].Steps);
        Assert.Equal("tokens", result.Experiment.ItemName);
        Assert.All(result.Models, model => Assert.Equal(32 * 16 * model.Seeds[0].StepsPerSecond, model.Seeds[0].TrainingThroughput, 1e-6));
        Assert.All(result.Texts, text => Assert.Equal("to be", text.Prompt));
        Assert.All(result.Texts, text => Assert.NotEmpty(text.Text));
        Assert.Contains("What they write", _workspace.Read("out/report.html"), StringComparison.Ordinal);

        var model = "out/models/gpt2-small-1";
        var drawn = _workspace.Run("generate", model, "to be", "--max-tokens", "20", "--seed", "3").Succeeded().Output;
        Assert.Equal(drawn, _workspace.Run("generate", model, "to be", "--max-tokens", "20", "--seed", "3").Succeeded().Output);
        Assert.StartsWith("to be", drawn, StringComparison.Ordinal);
        var lines = _workspace.Run("generate", model, "to be", "or", "--max-tokens", "12", "--temperature", "0", "--stop", "q", "--json").Succeeded().Output;
        var texts = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["to be", "or"], texts.Select(text => text.GetProperty("prompt").GetString()));
        Assert.All(texts, text => Assert.Equal(12, text.GetProperty("text").GetString()!.Length));
    }

    [Fact]
    public void TranslatorsAreComparedAndTranslate()
    {
        foreach (var part in new[] { "train", "val", "test" })
        {
            _workspace.Write($"pairs/{part}.de", string.Concat(Enumerable.Repeat("eins zwei\ndrei\n", 40)));
            _workspace.Write($"pairs/{part}.en", string.Concat(Enumerable.Repeat("one two\nthree\n", 40)));
        }

        _workspace.Run("compare", "translate", "pairs", "--from", "de", "--to", "en", "--budget", "12", "--set", "training.threads=1",
            "--set", "training.batch-size=8", "--set", "training.schedule=constant", "--set", "label-smoothing=0", "--output", "out").Succeeded();
        var result = _workspace.Result("out");
        Assert.Equal("encoder-decoder-small", result.Models.Single().Id);
        Assert.Equal(["eins zwei", "drei", "eins zwei", "drei", "eins zwei"], result.Texts.Select(text => text.Prompt));
        Assert.Equal("one two", result.Texts[0].Reference);
        Assert.Equal("one two\nthree\n", _workspace.Run("translate", "out/models/encoder-decoder-small-1", "eins zwei", "drei").Succeeded().Output);
        Assert.Contains("\"translation\":\"three\"", _workspace.Run("translate", "out/models/encoder-decoder-small-1", "drei", "--beams", "2", "--json").Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AMaskedModelTellsWhatIsHiddenAndEmbeds()
    {
        _workspace.Write("recipe.yaml", """
            task: language
            model: { id: encoder, preset: small }
            data: { source: text.txt, tokens: 16, tokenizer: { kind: bpe, vocabulary: 270 } }
            training: { learning-rate: 0.005, schedule: constant, batch-size: 4, epochs: 20, patience: null, threads: 1 }
            """);
        _workspace.Run("train", "recipe.yaml", "--output", "run").Succeeded();
        Assert.Matches("not", _workspace.Run("fill-mask", "run", "to be or<mask> to be").Succeeded().Output.Split('\n')[1]);
        var line = _workspace.Run("fill-mask", "run", "to<mask> or", "--top", "2", "--json").Succeeded().Output;
        Assert.Equal(2, JsonDocument.Parse(line).RootElement.GetProperty("places")[0].GetArrayLength());
        var vectors = _workspace.Run("embed", "run", "to be", "or not").Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, vectors.Length);
        var exact = Embedding(_workspace.Run("embed", "run", "to be or not to be to be or not").Succeeded().Output);
        Assert.Equal(64, exact.Length);
        foreach (var precision in new[] { "bfloat16", "int8" })
        {
            var rounded = Embedding(_workspace.Run("embed", "run", "to be or not to be to be or not", "--precision", precision).Succeeded().Output);
            Assert.NotEqual(exact, rounded);
            Assert.All(exact.Zip(rounded), pair => Assert.Equal(pair.First, pair.Second, 0.2));
        }

        Assert.Contains("Nothing is hidden in the text: write <mask> where something is to be told.", _workspace.Run("fill-mask", "run", "to be").Mistake(), StringComparison.Ordinal);
        Assert.Contains("use fill-mask", _workspace.Run("generate", "run", "to be").Mistake(), StringComparison.Ordinal);
    }

    private static double[] Embedding(string line) => [.. JsonDocument.Parse(line).RootElement.GetProperty("embedding").EnumerateArray().Select(number => number.GetDouble())];

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Contains("holds no trained run: expected", _workspace.Run("generate", "nowhere", "a").Mistake(), StringComparison.Ordinal);
        Assert.Contains("A model to download is named as hf:owner/name, found 'gpt2'.", _workspace.Run("get", "gpt2").Mistake(), StringComparison.Ordinal);
        Assert.Contains("--temperature must be a number from 0 to 100, found 'hot'.", _workspace.Run("generate", "run", "--temperature", "hot").Mistake(), StringComparison.Ordinal);
        Assert.Contains("--precision must be float32, bfloat16 or int8, found 'half'.", _workspace.Run("generate", "run", "--precision", "half").Mistake(), StringComparison.Ordinal);
    }
}
