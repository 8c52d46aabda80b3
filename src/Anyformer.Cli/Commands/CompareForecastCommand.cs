using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare forecast</c>.</summary>
public static class CompareForecastCommand
{
    private static readonly Option<string> s_output = new("--output")
    {
        Description = "folder of the run; runs/compare-forecast-<time> when left out",
        HelpName = "folder",
    };

    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("forecast", "Compare forecasters on a table of series.");
        foreach (var option in CompareForecastOptions.All)
            command.Options.Add(option);
        command.Options.Add(s_output);
        command.Options.Add(s_json);
        command.Options.Add(s_threads);
        // On a thread of its own, for Ctrl-C is listened to only once the work is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, title) = CompareForecastOptions.Read(parsed);
        var startedAt = DateTimeOffset.Now;
        var folder = parsed.GetValue(s_output) ?? RunFolders.New("compare-forecast", startedAt);
        Engine.Start(parsed.GetValue(s_threads) ?? settings[0].Training.Threads);
        if (settings.Count == 1)
            return Run(settings[0], title, folder, parsed, cancellation).ExitCode;
        var results = new List<ComparisonResult>();
        foreach (var horizon in settings)
        {
            var name = $"horizon {horizon.Data.Horizon}";
            var (code, result) = Run(horizon, $"{title}, {name}", Path.Combine(folder, name.Replace(' ', '-')), parsed, cancellation);
            if (result is not null)
                results.Add(result);
            if (code != 0)
                return code;
        }

        HorizonTable.Render(parsed.GetValue(s_json) ? Terminal.Error : Terminal.Out, results);
        return 0;
    }

    private static (int ExitCode, ComparisonResult? Result) Run(
        ForecastSettings settings, string title, string folder, ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var comparison = new ForecastComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "models"));
        RunFolders.Enter(folder);
        Announcements.Data(comparison.Data);
        var (models, samples) = Compare(comparison, cancellation);
        var experiment = new Experiment
        {
            Title = title,
            Command = ShellText.Of(parsed),
            StartedAt = startedAt,
            DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
            Machine = Machine.Facts(),
            Data = Descriptions.Of(comparison.Data),
            Budget = settings.Budget.ToString(),
            Seeds = [.. settings.Seeds.Select(seed => (ulong)seed)],
            Metrics = ForecastErrors.All,
            ItemName = "windows",
        };
        var result = new ComparisonResult { Experiment = experiment, Models = models, Forecasts = samples };
        return ComparisonOutput.Finish(result, settings.Models.Count, folder, parsed.GetValue(s_json));
    }

    private static (IReadOnlyList<ModelResult> Models, IReadOnlyList<ForecastSample> Samples) Compare(
        ForecastComparison comparison, CancellationToken cancellation) => ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, progress =>
        {
            using var promise = Announcements.OnInterrupt(cancellation);
            return comparison.Run(new ComparisonProgress(progress), cancellation);
        });
}
