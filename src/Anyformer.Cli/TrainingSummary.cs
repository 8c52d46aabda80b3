using System.Globalization;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Inspection;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Training;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>What came of a finished training run: a line on the terminal, <c>result.json</c> and <c>report.html</c>.</summary>
public static class TrainingSummary
{
    /// <summary>Whether a folder holds the summary, so that its run is over and done with.</summary>
    public static bool IsIn(string folder) => File.Exists(ResultPath(folder));

    /// <summary>What was measured of a finished run.</summary>
    public static SeedResult Seed(string folder) =>
        ComparisonJson.Read(File.ReadAllText(ResultPath(folder)), ResultPath(folder)).Models.Single().Seeds.Single();

    /// <summary>Where the report of a run lies.</summary>
    public static string ReportPath(string folder) => Path.Combine(folder, "report.html");

    /// <summary>Evaluates the run and writes it down.</summary>
    public static void Write(ForecastRun run, TrainingState state, DateTimeOffset startedAt, string command)
    {
        var evaluation = run.Evaluate();
        var speed = run.MeasureSpeed();
        var model = new ModelResult
        {
            Id = run.Recipe.Model.Id,
            Name = MethodCatalog.Get<Forecaster>(run.Recipe.Model.Id).Name,
            Parameters = run.Model.ParameterCount(),
            Seeds = [new SeedResult
            {
                Seed = (ulong)run.Recipe.Training.Seed,
                Errors = evaluation.Errors,
                IntervalCoverage = evaluation.TestIntervals.Coverage,
                Steps = state.Step,
                Epochs = state.Epoch,
                TrainingSeconds = state.Seconds,
                TrainingThroughput = state.Seconds > 0 ? state.Step * run.Recipe.Training.BatchSize / state.Seconds : double.NaN,
                LatencyMilliseconds = speed.LatencyMilliseconds,
                InferenceThroughput = speed.Throughput,
                PeakMemoryBytes = ProcessMemory.Peak,
                Curve = run.LearningCurve(),
            }],
        };
        var test = evaluation.Test.Overall;
        var experiment = Experiment(run, startedAt, command);
        var samples = run.Samples(evaluation.Intervals);
        var result = new ComparisonResult { Experiment = experiment, Models = [model], Forecasts = samples };
        TrainReport.Write(ReportPath(run.Folder), experiment, model, samples, run.Recipe.ToDocument().ToYaml());
        AtomicFile.WriteText(ResultPath(run.Folder), ComparisonJson.Write(result)); // Last: it tells that the run is done.
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"test MSE {test.MeanSquaredError:0.0000}, MAE {test.MeanAbsoluteError:0.0000} (best epoch {state.BestEpoch} of {state.Epoch}, {state.Step} steps, {state.Seconds:0} s)"));
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"prediction intervals for {100 * evaluation.Intervals.Coverage:0.#} % cover {100 * evaluation.TestIntervals.Coverage:0.0} % of the test values"));
        if (run.Recipe.Published is { } published)
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"published MSE {published.Mse:0.000}, MAE {published.Mae:0.000}{(published.Source is { } source ? $" ({source})" : "")}"));
        Terminal.Error.WriteLine($"Report: {ReportPath(run.Folder)}");
    }

    private static string ResultPath(string folder) => Path.Combine(folder, "result.json");

    private static Experiment Experiment(ForecastRun run, DateTimeOffset startedAt, string command) => new()
    {
        Title = run.Recipe.Name ?? $"{run.Recipe.Model.Id} on {run.Recipe.Data.Source}",
        Command = command,
        StartedAt = startedAt,
        DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
        Machine = Machine.Facts(),
        Data = Descriptions.Of(run.Data),
        Budget = Budget(run.Recipe.Training),
        Seeds = [(ulong)run.Recipe.Training.Seed],
        Metrics = ForecastErrors.All,
        ItemName = "windows",
    };

    private static string Budget(TrainingSection training)
    {
        var steps = training.MaxSteps is { } most ? $", {most} steps" : "";
        var time = training.MaxTime is { } limit ? string.Create(CultureInfo.InvariantCulture, $", {limit.TotalSeconds:0.#} s of training") : "";
        return $"at most {training.Epochs} epochs{steps}{time}";
    }
}
