using System.Globalization;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Inspection;
using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;
using Anyformer.Training;

namespace Anyformer.Cli;

/// <summary>What came of a finished training run: a line on the terminal, <c>result.json</c> and <c>report.html</c>.</summary>
public static class TrainingSummary
{
    /// <summary>Evaluates the run and writes it down.</summary>
    public static void Write(ForecastRun run, TrainingState state, IReadOnlyList<LearningCurvePoint> curve, DateTimeOffset startedAt, string command)
    {
        var (validation, test) = run.Evaluate();
        var speed = run.MeasureSpeed();
        var model = new ModelResult
        {
            Id = run.Recipe.Model.Id,
            Name = MethodCatalog.Get<Forecaster>(run.Recipe.Model.Id).Name,
            Parameters = run.Model.ParameterCount(),
            Seeds = [new SeedResult
            {
                Seed = (ulong)run.Recipe.Training.Seed,
                Errors = ForecastErrors.Of(validation.Overall, test.Overall),
                Steps = state.Step,
                Epochs = state.Epoch,
                TrainingSeconds = state.Seconds,
                TrainingThroughput = state.Seconds > 0 ? state.Step * run.Recipe.Training.BatchSize / state.Seconds : double.NaN,
                LatencyMilliseconds = speed.LatencyMilliseconds,
                InferenceThroughput = speed.Throughput,
                PeakMemoryBytes = ProcessMemory.Peak,
                Curve = curve,
            }],
        };
        var experiment = Experiment(run, startedAt, command);
        var samples = run.Samples();
        File.WriteAllText(Path.Combine(run.Folder, "result.json"), ComparisonJson.Write(new ComparisonResult { Experiment = experiment, Models = [model], Forecasts = samples }));
        TrainReport.Write(Path.Combine(run.Folder, "report.html"), experiment, model, samples, run.Recipe.ToDocument().ToYaml());
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"test MSE {test.Overall.MeanSquaredError:0.0000}, MAE {test.Overall.MeanAbsoluteError:0.0000} (best epoch {state.BestEpoch} of {state.Epoch}, {state.Step} steps, {state.Seconds:0} s)"));
        Terminal.Error.WriteLine($"Report: {Path.Combine(run.Folder, "report.html")}");
    }

    private static Experiment Experiment(ForecastRun run, DateTimeOffset startedAt, string command) => new()
    {
        Title = run.Recipe.Name ?? $"{run.Recipe.Model.Id} on {run.Recipe.Data.Source}",
        Command = command,
        StartedAt = startedAt,
        DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
        Machine = Machine.Facts(),
        Data = Descriptions.Of(run.Data),
        Budget = $"at most {run.Recipe.Training.Epochs} epochs",
        Seeds = [(ulong)run.Recipe.Training.Seed],
        Metrics = ForecastErrors.All,
        ItemName = "windows",
    };
}
