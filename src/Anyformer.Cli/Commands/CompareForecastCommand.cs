using System.CommandLine;
using System.Diagnostics;
using Anyformer.Catalog;
using Anyformer.Cli.Progress;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare forecast</c>.</summary>
public static class CompareForecastCommand
{
    private static readonly Option<string> s_data = new("--data")
    {
        Description = "a CSV file, or a known data set (see 'anyformer data list')",
        DefaultValueFactory = _ => "us-flights-hourly",
    };

    private static readonly Option<string> s_models = new("--models") { Description = "the models, separated by commas; all forecasters when left out" };

    private static readonly Option<int> s_lookback = new("--lookback") { Description = "steps of history that a model sees", DefaultValueFactory = _ => 168 };

    private static readonly Option<int> s_horizon = new("--horizon") { Description = "steps to forecast", DefaultValueFactory = _ => 24 };

    private static readonly Option<string> s_budget = new("--budget")
    {
        Description = "training time of all models together (90s, 2m), or a number of epochs of each",
        DefaultValueFactory = _ => "60s",
    };

    private static readonly Option<int> s_seeds = new("--seeds") { Description = "trainings of each model, with seeds 1 to n", DefaultValueFactory = _ => 1 };

    private static readonly Option<MissingValueFill> s_fill = new("--fill") { Description = "repair the data, and fill missing values: forward, linear or zero" };

    private static readonly Option<string[]> s_set = new("--set") { Description = "set any key of the recipe, as training.batch-size=64; may be given again" };

    private static readonly Option<string> s_output = new("--output") { Description = "folder of the run; runs/compare-forecast-<time> when left out" };

    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("forecast", "Compare forecasters on a table of series.")
        {
            s_data, s_models, s_lookback, s_horizon, s_budget, s_seeds, s_fill, s_set, s_output, s_json, s_threads,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = Settings(parsed);
        var startedAt = DateTimeOffset.Now;
        var folder = parsed.GetValue(s_output) ?? RunFolders.New("compare-forecast", startedAt);
        Engine.Start(parsed.GetValue(s_threads));
        var clock = Stopwatch.StartNew();
        var comparison = new ForecastComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "checkpoints"));
        Announcements.Data(comparison.Data);
        var (models, samples) = ProgressDisplay.Show(progress => comparison.Run(new ComparisonProgress(progress), cancellation));
        var result = new ComparisonResult
        {
            Experiment = Experiment(parsed, comparison.Data, settings, startedAt, clock.Elapsed),
            Models = models,
            Forecasts = samples,
        };
        Write(result, folder, parsed.GetValue(s_json));
        return models.All(model => model.Failure is not null) ? 1 : 0;
    }

    private static void Write(ComparisonResult result, string folder, bool json)
    {
        Directory.CreateDirectory(folder);
        var report = Path.Combine(folder, "report.html");
        ComparisonReport.Write(report, result);
        File.WriteAllText(Path.Combine(folder, "result.json"), ComparisonJson.Write(result));
        if (json)
            Console.Out.WriteLine(ComparisonJson.Write(result));
        else
            ComparisonTable.Render(Terminal.Out, result);
        Terminal.Error.WriteLine($"Report: {report}");
    }

    /// <summary>The options as a recipe, so that --set reaches every key of it.</summary>
    private static ForecastSettings Settings(ParseResult parsed)
    {
        var lookback = parsed.GetValue(s_lookback);
        var document = new ForecastRecipe
        {
            Model = new ModelSection { Id = "seasonal-naive" },
            Data = new ForecastDataSection
            {
                Source = parsed.GetValue(s_data)!,
                Lookback = lookback,
                Horizon = parsed.GetValue(s_horizon),
                LabelLength = Math.Min(lookback, 48),
                Fill = parsed.GetValue(s_fill),
            },
            Training = new TrainingSection
            {
                LearningRate = 1e-3,
                Schedule = new CosineSchedule { WarmupSteps = 50, Floor = 0.01 },
                Patience = 8,
            },
        }.ToDocument();
        foreach (var assignment in parsed.GetValue(s_set) ?? [])
            document = document.Set(assignment);
        var recipe = (ForecastRecipe)document.Bind<Recipe>();
        return new ForecastSettings
        {
            Data = recipe.Data,
            Training = recipe.Training,
            Evaluation = recipe.Evaluation,
            Models = [.. ModelIds(parsed).Select(Model)],
            Budget = Budget.Parse(parsed.GetValue(s_budget)!),
            Seeds = [.. SeedCount(parsed)],
        };
    }

    private static IEnumerable<string> ModelIds(ParseResult parsed) => parsed.GetValue(s_models) is { } listed
        ? listed.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()
        : MethodCatalog.OfRole<Forecaster>().Select(entry => entry.Id);

    /// <summary>A comparison on the user's machine takes the small size of a model where it has one.</summary>
    private static ModelSection Model(string id) =>
        new() { Id = id, Preset = MethodCatalog.Get<Forecaster>(id).Presets.ContainsKey("small") ? "small" : null };

    private static IEnumerable<long> SeedCount(ParseResult parsed)
    {
        var count = parsed.GetValue(s_seeds);
        return count >= 1 ? Enumerable.Range(1, count).Select(seed => (long)seed) : throw new UserException($"--seeds must be at least 1, found {count}.");
    }

    private static Experiment Experiment(ParseResult parsed, ForecastData data, ForecastSettings settings, DateTimeOffset startedAt, TimeSpan duration) => new()
    {
        Title = $"Forecasters on {parsed.GetValue(s_data)}",
        Command = "./anyformer " + string.Join(' ', parsed.Tokens.Select(token => token.Value)),
        StartedAt = startedAt,
        DurationSeconds = duration.TotalSeconds,
        Machine = Machine.Facts(),
        Data = Descriptions.Of(data),
        Budget = settings.Budget.ToString(),
        Seeds = [.. settings.Seeds.Select(seed => (ulong)seed)],
        Metrics = ForecastErrors.All,
        ItemName = "windows",
    };
}
