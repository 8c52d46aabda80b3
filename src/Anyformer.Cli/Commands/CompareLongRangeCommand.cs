using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tasks.Sequences;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare long-range</c>: attention mechanisms on the tasks of the Long Range Arena.</summary>
public static class CompareLongRangeCommand
{
    private static readonly Option<string> s_output = new("--output")
    {
        Description = "folder of the run; runs/compare-long-range-<time> when left out",
        HelpName = "folder",
    };

    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("long-range", "Compare attention mechanisms on long sequences: accuracy, steps a second, peak memory.");
        foreach (var option in CompareLongRangeOptions.All)
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
        var settings = CompareLongRangeOptions.Read(parsed);
        var folder = parsed.GetValue(s_output) ?? RunFolders.New("compare-long-range", DateTimeOffset.Now);
        Engine.Start(parsed.GetValue(s_threads) ?? settings[0].Training.Threads);
        if (settings.Count == 1)
            return Run(settings[0], folder, parsed, cancellation).ExitCode;
        var (results, code) = (new List<ComparisonResult>(), 0);
        foreach (var one in settings)
        {
            var length = one.Data.Tokens is { } tokens ? $"-{tokens}" : "";
            var (exit, result) = Run(one, Path.Combine(folder, $"{one.Data.Name}{length}"), parsed, cancellation);
            code = Math.Max(code, exit);
            if (result is not null)
                results.Add(result);
            if (cancellation.IsCancellationRequested)
                break;
        }

        if (results.Count > 0)
            LongRangeTable.Write(Path.Combine(folder, "long-range.md"), parsed.GetValue(s_json) ? Terminal.Error : Terminal.Out, results);
        return code;
    }

    private static (int ExitCode, ComparisonResult? Result) Run(
        SequenceSettings settings, string folder, ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var comparison = new SequenceComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "models"));
        RunFolders.Enter(folder);
        Announcements.Data(comparison.Data);
        var models = Compare(comparison, cancellation);
        var experiment = new Experiment
        {
            Title = $"Attention mechanisms on {settings.Data.Name}, {comparison.Data.Tokens} tokens",
            Command = ShellText.Of(parsed),
            StartedAt = startedAt,
            DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
            Machine = Machine.Facts(),
            Data = Descriptions.Of(comparison.Data),
            Budget = settings.Budget.ToString(),
            Seeds = [.. settings.Seeds.Select(seed => (ulong)seed)],
            Metrics = SequenceErrors.All,
            ItemName = "sequences",
        };
        var result = new ComparisonResult { Experiment = experiment, Models = models, Forecasts = [] };
        return ComparisonOutput.Finish(result, settings.Contenders.Count, folder, parsed.GetValue(s_json));
    }

    private static IReadOnlyList<ModelResult> Compare(SequenceComparison comparison, CancellationToken cancellation) =>
        ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, progress =>
        {
            using var promise = Announcements.OnInterrupt(cancellation);
            return comparison.Run(new ComparisonProgress(progress), cancellation);
        });
}
