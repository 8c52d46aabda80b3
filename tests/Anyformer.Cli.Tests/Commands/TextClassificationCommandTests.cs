using System.Text.Json;

namespace Anyformer.Cli.Tests.Commands;

public sealed class TextClassificationCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public TextClassificationCommandTests()
    {
        string Rows(string header, Func<int, string> row) => header + string.Concat(Enumerable.Range(0, 80).Select(row));
        _workspace.Write("texts.csv", Rows("text,label\n", row => $"it was {(row % 2 == 0 ? "good" : "bad")} number {row % 7},{(row % 2 == 0 ? "yes" : "no")}\n"));
        _workspace.Write("pairs.tsv", Rows("a\tb\tlabel\n", row => $"{(row % 2 == 0 ? "good\tbad" : "bad\tgood")}\t{row % 2}\n"));
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void TextsAreClassifiedFromArgumentsFilesAndStandardInput()
    {
        var trained = Train("texts.csv", "");
        Assert.Contains(trained.ErrorLines, line => line.StartsWith("texts.csv: 64 / 8 / 8 texts to train, validate, test, 2 classes, ", StringComparison.Ordinal));
        Assert.StartsWith("test accuracy 100.00 %, validation accuracy 100.00 %", trained.Output, StringComparison.Ordinal);
        Assert.Contains("macro F1 100.00 %, weighted F1 100.00 %, F1 of yes 100.00 %, Matthews correlation 1.0000", trained.Output, StringComparison.Ordinal);
        Assert.Contains("always saying the most frequent class: 50.00 %", trained.Output, StringComparison.Ordinal);
        var seed = _workspace.Result("run").Models.Single().Seeds.Single();
        Assert.Equal((0.0, 0.0, 0.0), (seed.Errors["test-error-rate"], seed.Errors["test-f1-error"], seed.Errors["test-matthews-error"]));
        Assert.Equal(seed.Steps / seed.TrainingSeconds, seed.StepsPerSecond, 1e-9);
        Assert.Equal(seed.StepsPerSecond * 8, seed.TrainingThroughput, 1e-6);
        Assert.Equal(8, Assert.Single(_workspace.Result("run").Confusions).Counts.Sum(row => row.Sum()));

        Assert.Matches(@"^it was good: yes \d+\.\d %, no \d+\.\d %\nit was bad: no \d+\.\d %, yes \d+\.\d %\n$",
            _workspace.Run("predict", "run", "it was good", "it was bad").Succeeded().Output.ReplaceLineEndings("\n"));
        var json = JsonDocument.Parse(_workspace.Run("predict", "run", "it was bad", "--top", "1", "--json").Succeeded().Output).RootElement;
        Assert.Equal(("it was bad", "no"), (json.GetProperty("text").GetString(), json.GetProperty("classes")[0].GetProperty("name").GetString()));
        _workspace.Write("new.jsonl", "{\"text\": \"it was good number 3\"}\n{\"text\": \"it was bad\"}\n");
        _workspace.Run("predict", "run", "--data", "new.jsonl", "--output", "out.csv").Succeeded();
        var lines = _workspace.Read("out.csv").ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("text,class,probability of no,probability of yes", lines[0]);
        Assert.StartsWith("it was good number 3,yes,0.", lines[1], StringComparison.Ordinal);
        _workspace.Write("new.txt", "it was bad\n");
        Assert.StartsWith("it was bad: no ", _workspace.Run("predict", "run", "--data", "new.txt").Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsAreGivenTwoByTwo()
    {
        Train("pairs.tsv", ", text: a, pair: b");
        Assert.Matches(@"^good / bad: 0 \d+\.\d %\nbad / good: 1 \d+\.\d %\n$",
            _workspace.Run("predict", "run", "good", "bad", "bad", "good", "--top", "1").Succeeded().Output.ReplaceLineEndings("\n"));
        _workspace.Write("pairs.txt", "bad\tgood\n");
        Assert.StartsWith("bad / good: 1 ", _workspace.Run("predict", "run", "--data", "pairs.txt").Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("The run classifies pairs of texts: name them two by two, found 1.", _workspace.Run("predict", "run", "good").Mistake(), StringComparison.Ordinal);
        Assert.Contains("Texts are given twice: name them, or give --data a file with them.", _workspace.Run("predict", "run", "a", "b", "--data", "pairs.txt").Mistake(), StringComparison.Ordinal);
        Assert.Contains("'nothing.txt'", _workspace.Run("predict", "run", "--data", "nothing.txt").Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void ModelsAreComparedAndTheirRunsPredict()
    {
        _workspace.Run("compare", "text-classification", "pairs.tsv", "--text", "a", "--pair", "b", "--models", "bert-small,decoder-small", "--tokens", "16", "--budget", "1",
            "--set", "training.threads=1", "--set", "training.batch-size=8", "--output", "out").Succeeded();
        var result = _workspace.Result("out");
        Assert.Equal(["bert-small", "decoder-small"], result.Models.Select(model => model.Id));
        Assert.Equal(["bert-small", "decoder-small"], result.Confusions.Select(confusion => confusion.Model));
        Assert.Equal("validation-error-rate", result.Experiment.Metrics[0].Id);
        Assert.All(result.Models, model => Assert.InRange(model.Seeds.Single().Errors["test-matthews-error"], 0, 2));
        Assert.Contains("What is taken for what", _workspace.Read("out/report.html"), StringComparison.Ordinal);
        Assert.StartsWith("good / bad: ", _workspace.Run("predict", "out/models/decoder-small-1", "good", "bad").Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("The override 'data.tokens=8' has no say in a comparison: use --tokens.",
            _workspace.Run("compare", "text-classification", "pairs.tsv", "--set", "data.tokens=8").Mistake(), StringComparison.Ordinal);
    }

    private CliResult Train(string source, string data)
    {
        _workspace.Write("recipe.yaml", $$"""
            task: text-classification
            model: { id: bert, preset: small }
            data: { source: {{source}}, tokens: 16{{data}} }
            training: { learning-rate: 0.003, schedule: constant, batch-size: 8, epochs: 6, patience: null, threads: 1 }
            """);
        return _workspace.Run("train", "recipe.yaml", "--output", "run").Succeeded();
    }
}
