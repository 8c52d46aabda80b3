namespace Anyformer.Cli.Tests.Commands;

public sealed class CompareLongRangeCommandTests : IDisposable
{
    private static readonly string[] s_tiny =
    [
        "--set", "data.train=16", "--set", "data.validation=8", "--set", "data.test=8", "--set", "model.options.width=8", "--set", "model.options.inner-width=8",
        "--set", "model.options.layers=1", "--threads", "1",
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void EveryLengthHasItsReportAndAllHaveATable()
    {
        var result = Compare("--attention", "softmax,auto-correlation,longformer", "--tokens", "24..48", "--budget", "1", "--set", "longformer.window=4").Succeeded();
        Assert.Matches(@"Test accuracy +Test accuracy +Steps/s +Steps/s +Peak memory +Peak memory", result.Output);
        Assert.Matches(@"listops, 24 tokens +listops, 48 tokens", result.Output);
        Assert.Matches(@"\n *Longformer attention +\d+\.\d % +\d+\.\d % +[\d.,]+ +[\d.,]+ +\d+ MiB", result.Output);
        Assert.Contains("Auto-correlation: Auto-correlation rolls whole series and cannot obey a mask", result.Output, StringComparison.Ordinal);
        var one = _workspace.Result("out/listops-48");
        Assert.Equal(["softmax", "auto-correlation", "longformer"], one.Models.Select(model => model.Id));
        Assert.Equal(48, one.Experiment.Data.Tokens);
        Assert.True(one.Models[0].Seeds[0].StepsPerSecond > 0 && one.Models[0].Seeds[0].PeakMemoryBytes > 0);
        Assert.Contains("<h1>Attention mechanisms on listops, 48 tokens</h1>", _workspace.Read("out/listops-48/report.html"), StringComparison.Ordinal);
        Assert.Contains("| Longformer attention | ", _workspace.Read("out/long-range.md"), StringComparison.Ordinal);
        Assert.Matches(@"\n *always the most frequent class +\d+\.\d % +\d+\.\d % +–", result.Output);
        Assert.True(File.Exists(_workspace["out/listops-24/models/longformer-1/recipe.yaml"]));
    }

    [Fact]
    public void OfAllTasksThoseWithoutFilesAreLeftOut()
    {
        var result = Compare("--attention", "auto-correlation,local", "--tasks", "all", "--budget", "1", "--tokens", "1024").Succeeded();
        foreach (var task in new[] { "text", "retrieval", "image" })
            Assert.Contains($"{task} is left out: its files are not there, see docs/long-range.md", result.ErrorLines);
        Assert.Matches(@"listops, 1024 tokens +pathfinder, 1024 tokens", result.Output);
        // Pictures have no padding that a mechanism could refuse.
        Assert.NotNull(_workspace.Result("out/listops-1024").Models[0].Failure);
        Assert.Null(_workspace.Result("out/pathfinder-1024").Models[0].Failure);
    }

    [Fact]
    public void CtrlCKeepsTheMechanismsThatAreDone()
    {
        using var process = _workspace.Start(["compare", "long-range", "--attention", "auto-correlation,softmax", "--tokens", "24", "--budget", "100000",
            "--set", "training.patience=null", .. s_tiny, "--output", "out"]);
        process.WaitUntil(() => File.Exists(_workspace["out/models/softmax-1/checkpoints/last.safetensors"]));
        process.Signal(CliProcess.Interrupt);
        var result = process.Wait();
        Assert.Equal((130, "Interrupted: the report holds 1 of 2 models."), (result.ExitCode, result.ErrorLines[^1]));
        Assert.Equal("auto-correlation", Assert.Single(_workspace.Result("out").Models).Id);
    }

    [Fact]
    public void ATrainedModelGoesOnFromItsRecipe()
    {
        _workspace.Write("recipe.yaml", """
            task: sequence-classification
            model: { id: lra-encoder, preset: small, options: { width: 8, inner-width: 8, attention: { kind: longformer, window: 4 } } }
            data: { kind: listops, tokens: 24, train: 32, validation: 8, test: 8 }
            training: { threads: 1, epochs: 1, batch-size: 8, schedule: { kind: rsqrt, warmup-steps: 2 } }
            published: { accuracy: 0.3637, source: the paper }
            """);
        var result = _workspace.Run("train", "recipe.yaml", "--output", "run").Succeeded();
        Assert.Matches(@"^test accuracy \d+\.\d\d % \(best epoch 1 of 1, 4 steps, ", result.Output);
        Assert.Contains("published accuracy 36.37 % (the paper)", result.Output, StringComparison.Ordinal);
        Assert.Equal("lra-encoder", Assert.Single(_workspace.Result("run").Models).Id);
    }

    [Theory]
    [InlineData("--tasks lisstops", "--tasks names 'lisstops', expected one of listops, text, retrieval, image, pathfinder.")]
    [InlineData("--attention sofmax", "The catalog knows no TokenMixer 'sofmax'; did you mean 'softmax'?")]
    [InlineData("--attention softmax --tokens 1000..1500",
        "--tokens must be whole numbers of at least 16, as 2000 or 1000,2000, or a range in steps of its beginning, as 1000..4000, found '1000..1500'.")]
    [InlineData("--attention softmax --set training.seed=3", "The override 'training.seed=3' has no say in a comparison: use --seeds.")]
    [InlineData("--attention softmax --set performer.feature-map=elu",
        "The override 'performer.feature-map=elu' is for a mechanism that is not compared, expected one of softmax.")]
    [InlineData("--attention softmax --set model.options.attention=flow",
        "The override 'model.options.attention=flow' has no say in a comparison: use --attention, and --set <mechanism>.<option>=<value>.")]
    [InlineData("--attention softmax --tasks retrieval",
        "The retrieval task reads its samples from files, and there is no folder 'aan' in the data folders; docs/long-range.md says what it must hold.")]
    public void AMistakeIsFoundBeforeAnythingIsTrained(string options, string sentence)
    {
        var mistake = _workspace.Run(["compare", "long-range", .. options.Split(' '), "--output", "out"]);
        Assert.StartsWith(sentence, mistake.Mistake(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workspace["out"]));
    }

    private CliResult Compare(params string[] options) => _workspace.Run(["compare", "long-range", .. options, .. s_tiny, "--output", "out"]);
}
