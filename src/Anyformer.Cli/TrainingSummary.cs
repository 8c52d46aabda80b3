using System.Globalization;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Training;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>What came of a finished training run: a line on the terminal, <c>result.json</c> and <c>report.html</c>.</summary>
internal static class TrainingSummary
{
    /// <summary>Whether a folder holds the summary, so that its run is over and done with.</summary>
    public static bool IsIn(string folder) => File.Exists(ResultPath(folder));

    /// <summary>What was measured of a finished run.</summary>
    public static SeedResult Seed(string folder) => Read(folder).Models.Single().Seeds.Single();

    /// <summary>The summary of a finished run.</summary>
    public static ComparisonResult Read(string folder) => ComparisonJson.Read(File.ReadAllText(ResultPath(folder)), ResultPath(folder));

    /// <summary>Where the report of a run lies.</summary>
    public static string ReportPath(string folder) => Path.Combine(folder, "report.html");

    /// <summary>Evaluates the run and writes it down.</summary>
    /// <returns>What it came to.</returns>
    public static TrainingOutcome Write(TrainingRun run, TrainingState state, DateTimeOffset startedAt, string command)
    {
        var outcome = TrainingOutcome.Of(run);
        var stepsPerSecond = state.Seconds > 0 ? state.Step / state.Seconds : double.NaN;
        var model = new ModelResult
        {
            Id = run.ModelId,
            Name = MethodCatalog.Get<Module>(run.ModelId).Name,
            Parameters = outcome.Parameters,
            Seeds = [new SeedResult
            {
                Seed = (ulong)run.Training.Seed,
                Errors = outcome.Errors,
                IntervalCoverage = outcome.IntervalCoverage,
                Steps = state.Step,
                Epochs = state.Epoch,
                TrainingSeconds = state.Seconds,
                TrainingThroughput = stepsPerSecond * run.Training.Accumulate * run.Training.BatchSize * outcome.ItemsOfASample,
                StepsPerSecond = stepsPerSecond,
                LatencyMilliseconds = outcome.Speed.LatencyMilliseconds,
                InferenceThroughput = outcome.Speed.Throughput * outcome.ItemsOfASample,
                PeakMemoryBytes = ProcessMemory.Peak,
                Curve = run.LearningCurve(),
            }],
        };
        var experiment = Experiment(run, outcome, startedAt, command);
        var result = new ComparisonResult { Experiment = experiment, Models = [model], Forecasts = outcome.Samples, Confusions = outcome.Confusions };
        TrainReport.Write(ReportPath(run.Folder), result, run.Recipe.ToDocument().ToYaml());
        AtomicFile.WriteText(ResultPath(run.Folder), ComparisonJson.Write(result)); // Last: it tells that the run is done.
        return outcome;
    }

    /// <summary>Tells on the terminal what a run came to.</summary>
    public static void Show(TrainingRun run, TrainingState state, TrainingOutcome outcome)
    {
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Headline} (best epoch {state.BestEpoch} of {state.Epoch}, {state.Step} steps, {state.Seconds:0} s)"));
        foreach (var remark in outcome.Remarks)
            Terminal.Out.WriteLine(remark);
        Terminal.Error.WriteLine($"Report: {ReportPath(run.Folder)}");
    }

    private static string ResultPath(string folder) => Path.Combine(folder, "result.json");

    private static Experiment Experiment(TrainingRun run, TrainingOutcome outcome, DateTimeOffset startedAt, string command) => new()
    {
        Title = run.Title,
        Command = command,
        StartedAt = startedAt,
        DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
        Machine = Machine.Facts(),
        Data = outcome.Data,
        Budget = Budget(run.Training),
        Seeds = [(ulong)run.Training.Seed],
        Metrics = outcome.Metrics,
        ItemName = outcome.ItemName,
    };

    private static string Budget(TrainingSection training)
    {
        var steps = training.MaxSteps is { } most ? $", {most} steps" : "";
        var time = training.MaxTime is { } limit ? string.Create(CultureInfo.InvariantCulture, $", {limit.TotalSeconds:0.#} s of training") : "";
        return $"at most {training.Epochs} epochs{steps}{time}";
    }
}
