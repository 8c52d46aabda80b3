using System.Text.Json;
using Anyformer.Training.Logging;

namespace Anyformer.Cli.Tests.Commands;

[Collection("trained run")]
public class TrainCommandTests(TrainedRun trained)
{
    private readonly Workspace _workspace = trained.Workspace;

    [Fact]
    public void TheRunFolderHoldsAllThatCameOfIt()
    {
        var files = Directory.EnumerateFiles(_workspace["runs/tiny"], "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_workspace["runs/tiny"], path)).ToArray();
        string[] expected =
        [
            "checkpoints/best.safetensors", "checkpoints/last.safetensors",
            "environment.json", "intervals.safetensors", "metrics.jsonl", "recipe.yaml", "report.html", "result.json",
        ];
        Assert.Equal(expected, files.Where(file => !file.StartsWith("tensorboard", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Single(files, file => file.StartsWith("tensorboard/events.out.tfevents.", StringComparison.Ordinal));
        Assert.Equal(1, Assert.Single(MetricsLog.Read(_workspace["runs/tiny/metrics.jsonl"])).Epoch);
        using var environment = JsonDocument.Parse(_workspace.Read("runs/tiny/environment.json"));
        Assert.Equal("./anyformer train tiny.yaml", Assert.Single(environment.RootElement.EnumerateArray()).GetProperty("command").GetString());
        Assert.Equal("1", environment.RootElement[0].GetProperty("threads").GetString());
    }

    [Fact]
    public void TheResultGoesToOutputAndTheRestToError()
    {
        Assert.Matches(@"^test MSE \d\.\d{4}, MAE \d\.\d{4} \(best epoch 1 of 1, \d+ steps, \d+ s\)\nprediction intervals for 90 % cover \d+\.\d % of the test values\n$", trained.Result.Output);
        Assert.Equal("Run folder: runs/tiny", trained.Result.ErrorLines[0]);
        Assert.Equal("series.csv: 240 rows x 3 variates, a row every 1 hour", trained.Result.ErrorLines[1]);
        Assert.Matches(@"^itransformer: epoch 1, step \d+: train loss .*, validation loss .* \(best\), .* s$", trained.Result.ErrorLines[3]);
        Assert.Equal("Report: runs/tiny/report.html", trained.Result.ErrorLines[^1]);
    }

    [Fact]
    public void TheRecipeAsRunRepeatsTheRunBitForBit()
    {
        _workspace.Run("train", "runs/tiny/recipe.yaml", "--output", "again").Succeeded();
        Assert.Equal(_workspace.Read("runs/tiny/recipe.yaml"), _workspace.Read("again/recipe.yaml"));
        Assert.Equal(_workspace.Errors("runs/tiny"), _workspace.Errors("again"));
        Checkpoint.AssertSameBytes(_workspace["runs/tiny/checkpoints/best.safetensors"], _workspace["again/checkpoints/best.safetensors"]);
        Checkpoint.AssertSameTensors(_workspace["runs/tiny/checkpoints/last.safetensors"], _workspace["again/checkpoints/last.safetensors"]);
    }

    [Fact]
    public void SetReachesTrainingAndModel()
    {
        _workspace.Run("train", "tiny.yaml", "--set", "model.options.width=16", "--set", "training.epochs=2", "--output", "wide").Succeeded();
        Assert.Contains("\n    width: 16\n", _workspace.Read("wide/recipe.yaml"), StringComparison.Ordinal);
        Assert.Equal(2, MetricsLog.Read(_workspace["wide/metrics.jsonl"]).Count);
        Assert.Equal(2, _workspace.Result("wide").Models[0].Seeds[0].Curve.Count);
        Assert.True(_workspace.Result("wide").Models[0].Parameters > _workspace.Result("runs/tiny").Models[0].Parameters);
    }

    [Fact]
    public void AForecasterGoesOnFromPretrainedWeights()
    {
        _workspace.Write("pre.yaml", """
            task: forecast-pretraining
            model: { id: patchtst, options: { patch-length: 4, stride: 4, width: 8, heads: 2, layers: 1, feed-forward-width: 8 } }
            data: { source: series.csv, lookback: 24, horizon: 6, label-length: 0 }
            training: { threads: 1, epochs: 2, learning-rate: 0.01 }
            """);
        var output = _workspace.Run("train", "pre.yaml").Succeeded().Output.Split('\n');
        Assert.Matches(@"^validation masked MSE \d\.\d{4} \(best epoch \d of 2, \d+ steps, \d+ s\)$", output[0]);
        Assert.Equal("a forecasting recipe starts from these weights with --set model.weights=runs/pre", output[1]);
        Assert.Equal(2, _workspace.Result("runs/pre").Models[0].Seeds[0].Curve.Count);
        Assert.Contains("Masked", _workspace.Read("runs/pre/report.html"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, _workspace.Run("train", "runs/pre").Succeeded().Output.Length);

        string[] start = ["train", "pre.yaml", "--set", "task=forecast", "--set"];
        _workspace.Run([.. start, "model.weights=runs/pre", "--set", "training.freeze-epochs=1", "--output", "fine"]).Succeeded();
        Assert.Contains("\n  weights: runs/pre\n", _workspace.Read("fine/recipe.yaml"), StringComparison.Ordinal);
        Assert.Equal(
            "The weights 'none' are not there: expected a safetensors file, or the folder of a run with none.",
            _workspace.Run([.. start, "model.weights=none", "--output", "wrong"]).Mistake());
    }

    [Theory]
    [InlineData("training.epoch=3",
        "There is an unknown key 'epoch' in the override 'training.epoch=3' in 'training'; did you mean 'epochs'?")]
    [InlineData("model.options.widht=3",
        "There is an unknown key 'widht' in the override 'model.options.widht=3' in 'model.options'; did you mean 'width'?")]
    [InlineData("model.id=itransfomer", "The catalog knows no Forecaster 'itransfomer'; did you mean 'itransformer'?")]
    [InlineData("training.device=tpu", "Device 'tpu' is unknown; expected cpu, cuda or cuda:<number>.")]
    [InlineData("data.source=none.csv", "none.csv: there is no such file.")]
    [InlineData("data.lookback=500", "The train part has 168 rows, expected at least 506 for look-back 500 and horizon 6.")]
    public void AWrongRecipeLeavesNoFolder(string assignment, string sentence)
    {
        Assert.Equal(sentence, _workspace.Run("train", "tiny.yaml", "--set", assignment, "--output", "wrong").Mistake());
        Assert.False(Directory.Exists(_workspace["wrong"]));
    }

    [Fact]
    public void ARunIsNotOverwritten()
    {
        Assert.Equal(
            "The run 'runs/tiny' exists already: go on with 'anyformer train runs/tiny', or name another folder with --output.",
            _workspace.Run("train", "tiny.yaml").Mistake());
        Assert.Equal(
            "'series.csv' is a file, expected a folder for the run.", _workspace.Run("train", "tiny.yaml", "--output", "series.csv").Mistake());
    }

    [Fact]
    public void AFinishedRunSaysSoAndStaysAsItIs()
    {
        var before = _workspace.Read("runs/tiny/result.json");
        var result = _workspace.Run("train", "runs/tiny").Succeeded();
        Assert.Equal("The run 'runs/tiny' is finished, its report is runs/tiny/report.html.", Assert.Single(result.ErrorLines));
        Assert.Equal(before, _workspace.Read("runs/tiny/result.json"));
    }

    [Theory]
    [InlineData("train runs", "The folder 'runs' holds no run to go on with: expected runs/recipe.yaml.")]
    [InlineData("train runs/tiny --set training.epochs=9",
        "--set is for new runs: the run 'runs/tiny' goes on in its own folder with its own recipe, runs/tiny/recipe.yaml.")]
    [InlineData("train runs/tiny --output other",
        "--output is for new runs: the run 'runs/tiny' goes on in its own folder with its own recipe, runs/tiny/recipe.yaml.")]
    public void OnlyARunCanBeGoneOnWith(string commandLine, string sentence) =>
        Assert.Equal(sentence, _workspace.Run(commandLine.Split(' ')).Mistake());
}
