using Anyformer.Comparison;

namespace Anyformer.Cli.Tests.Commands;

public sealed class CompareForecastCommandTests(CompareForecastCommandTests.Compared compared) : IClassFixture<CompareForecastCommandTests.Compared>
{
    private readonly Workspace _workspace = compared.Workspace;

    [Fact]
    public void EveryModelHasARowOrAReason()
    {
        Assert.Matches(@"\n +1  \S.*\n +2  \S", compared.Result.Output);
        Assert.Matches(@"\n +–  iTransformer +failed: .*heads", compared.Result.Output);
        Assert.Matches(@"\nTake (DLinear|Seasonal naive): .* 1 of 4 models failed\.\n$", compared.Result.Output);
        Assert.Contains(compared.Result.ErrorLines, line => line.StartsWith("itransformer failed: ", StringComparison.Ordinal));
        Assert.Contains(compared.Result.ErrorLines, line => line.StartsWith("dlinear (seed 2): epoch 1, ", StringComparison.Ordinal));
        Assert.Equal("Report: out/report.html", compared.Result.ErrorLines[^1]);
    }

    [Fact]
    public void TheResultAndTheReportAreInTheFolder()
    {
        var result = _workspace.Result("out");
        Assert.Equal(["itransformer", "dlinear", "seasonal-naive", "ensemble"], result.Models.Select(model => model.Id));
        Assert.NotNull(result.Models[0].Failure);
        Assert.Equal([1UL, 2UL], result.Models[1].Seeds.Select(seed => seed.Seed));
        Assert.Equal("Forecasters on series.csv", result.Experiment.Title);
        Assert.Equal("1 epoch each", result.Experiment.Budget);
        Assert.StartsWith("./anyformer compare forecast --data series.csv ", result.Experiment.Command, StringComparison.Ordinal);
        Assert.Contains("<h1>Forecasters on series.csv</h1>", _workspace.Read("out/report.html"), StringComparison.Ordinal);
        Assert.True(File.Exists(_workspace["out/models/dlinear-2/checkpoints/best.safetensors"]));
    }

    [Fact]
    public void JsonIsTheWholeOfTheOutput()
    {
        var result = Compare("json", "--models", "seasonal-naive", "--json").Succeeded();
        Assert.Equal(_workspace.Read("json/result.json"), result.Output.TrimEnd('\n'));
        Assert.Equal("seasonal-naive", Assert.Single(ComparisonJson.Read(result.Output, "output").Summaries).Id);
    }

    [Fact]
    public void SetReachesModelsAndTraining()
    {
        string[] common = ["--models", "itransformer", "--set", "training.batch-size=50"];
        Compare("set", [.. common, "--set", "itransformer.width=8", "--set", "name=Mine"]).Succeeded();
        Compare("other", [.. common, "--set", "itransformer.width=16"]).Succeeded();
        var (one, other) = (_workspace.Result("set"), _workspace.Result("other"));
        Assert.Equal("Mine", one.Experiment.Title);
        Assert.True(one.Models[0].Parameters < other.Models[0].Parameters);
        Assert.Equal(2, one.Models[0].Seeds[0].Steps);
    }

    [Fact]
    public void SeveralHorizonsAreComparedOneAfterTheOther()
    {
        var result = Compare("horizons", "--models", "dlinear,seasonal-naive", "--horizon", "6,12").Succeeded();
        Assert.Equal((6, 12), (_workspace.Result("horizons/horizon-6").Experiment.Data.Horizon, _workspace.Result("horizons/horizon-12").Experiment.Data.Horizon));
        Assert.Matches(@"Validation MSE +6 ahead +12 ahead", result.Output);
        Assert.Matches(@"\n *DLinear +\d\.\d+ +\d\.\d+ ", result.Output);
        Assert.True(File.Exists(_workspace["horizons/horizon-12/models/dlinear-1/recipe.yaml"]));
    }

    [Fact]
    public void ABudgetOfTimeIsSharedByAll()
    {
        var result = Compare("time", "--models", "dlinear,seasonal-naive", "--budget", "1s").Succeeded();
        Assert.DoesNotContain("failed", result.Output, StringComparison.Ordinal);
        Assert.InRange(_workspace.Result("time").Models[0].Seeds[0].Steps, 1, long.MaxValue);
        Assert.Equal("1 s of training for all together, shared equally", _workspace.Result("time").Experiment.Budget);
    }

    [Fact]
    public void WhenEveryModelFailsItFails()
    {
        var result = Compare("failed", "--models", "itransformer", "--set", "itransformer.heads=3");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("No model has a result.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingValuesAreFilledOnlyWhenAskedFor()
    {
        _workspace.WriteSeries("holes.csv", ["a", "b"], cell: (row, column) => row == 3 && column == "b" ? "n/a" : null);
        Assert.Equal(
            "holes.csv: line 5, column 3: the value in 'b' is missing; fill (forward, linear, zero or mask) repairs it.",
            Compare("holes", "--data", "holes.csv", "--models", "seasonal-naive").Mistake());
        var filled = Compare("holes", "--data", "holes.csv", "--models", "seasonal-naive", "--fill", "forward").Succeeded();
        Assert.Contains("repaired: 1 missing value, first line 5, column 3: the value in 'b' is missing", filled.ErrorLines);
    }

    [Theory]
    [InlineData("--budget soon", "The budget must be a time such as 90s or 2m, or a number of epochs, found 'soon'.")]
    [InlineData("--models dlinaer", "The catalog knows no Forecaster 'dlinaer'; did you mean 'dlinear'?")]
    [InlineData("--models ,", "--models names no model, found ','.")]
    [InlineData("--lookback 900", "The train part has 168 rows, expected at least 906 for look-back 900 and horizon 6.")]
    [InlineData("--set training.batchsize=1",
        "There is an unknown key 'batchsize' in the override 'training.batchsize=1' in 'training'; did you mean 'batch-size'?")]
    [InlineData("--set dlinear.individul=true",
        "There is an unknown key 'individul' in the override 'dlinear.individul=true' in 'model.options'; did you mean 'individual'?")]
    [InlineData("--set dlinear=2", "The override of 'dlinear' names no option of it; expected dlinear.<option>=<value>.")]
    [InlineData("--models dlinear --set itransformer.width=8",
        "The override 'itransformer.width=8' is for a model that is not compared, expected one of dlinear.")]
    [InlineData("--set training.epochs=2", "The override 'training.epochs=2' has no say in a comparison: use --budget.")]
    [InlineData("--set model.options.width=2",
        "The override 'model.options.width=2' has no say in a comparison: use --models, and --set <model>.<option>=<value>.")]
    public void AMistakeIsFoundBeforeAnythingIsTrained(string options, string sentence)
    {
        Assert.Equal(sentence, Compare("mistake", options.Split(' ')).Mistake());
        Assert.False(Directory.Exists(_workspace["mistake"]));
    }

    [Fact]
    public void CtrlCKeepsTheModelsThatAreDone()
    {
        var result = Interrupted("broken-off", "seasonal-naive,itransformer");
        Assert.Equal("Interrupted: the report holds 1 of 2 models.", result.ErrorLines[^1]);
        Assert.Equal("seasonal-naive", Assert.Single(_workspace.Result("broken-off").Models).Id);
        Assert.Equal("100000 epochs each; interrupted after 1 of 2 models", _workspace.Result("broken-off").Experiment.Budget);
        Assert.True(File.Exists(_workspace["broken-off/report.html"]));
    }

    [Fact]
    public void CtrlCBeforeTheFirstModelIsDoneLeavesNoReport()
    {
        var result = Interrupted("nothing-done", "itransformer,seasonal-naive");
        Assert.Equal("Interrupted before the first model was done.", result.ErrorLines[^1]);
        Assert.False(File.Exists(_workspace["nothing-done/result.json"]));
    }

    private CliResult Compare(string output, params string[] options) => _workspace.Run(Arguments(output, options));

    private CliResult Interrupted(string output, string models)
    {
        using var process = _workspace.Start(Arguments(output,
            ["--models", models, "--budget", "100000", "--set", "itransformer.width=8", "--set", "training.patience=null"]));
        process.WaitUntil(() => File.Exists(_workspace[$"{output}/models/itransformer-1/checkpoints/last.safetensors"]));
        process.Signal(CliProcess.Interrupt);
        var result = process.Wait();
        Assert.Equal(130, result.ExitCode);
        return result;
    }

    /// <summary>The options given come in place of the usual ones.</summary>
    private static string[] Arguments(string output, string[] options)
    {
        string[][] usual = [["--data", "series.csv"], ["--lookback", "24"], ["--horizon", "6"], ["--budget", "1"], ["--threads", "1"]];
        return ["compare", "forecast", .. usual.Where(option => !options.Contains(option[0])).SelectMany(option => option), .. options, "--output", output];
    }

    /// <summary>One comparison to look at: a model that cannot be built, one that is trained with two seeds, one that learns nothing.</summary>
    public sealed class Compared : IDisposable
    {
        public Compared()
        {
            Workspace.WriteSeries("series.csv", ["a", "b", "c"]);
            Result = Workspace.Run(Arguments("out",
                ["--models", "itransformer,dlinear,seasonal-naive", "--set", "itransformer.heads=3", "--seeds", "2"])).Succeeded();
        }

        internal Workspace Workspace { get; } = new();

        internal CliResult Result { get; }

        public void Dispose() => Workspace.Dispose();
    }
}
