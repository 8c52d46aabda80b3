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
        // All data first, so that a mistake costs no training.
        var runs = settings.Select(one => LongRangeRun.Open(one, settings.Count == 1 ? folder : Path.Combine(folder, FolderOf(one)), parsed)).ToArray();
        foreach (var task in CompareLongRangeOptions.TasksLeftOut(parsed))
            Terminal.Error.MarkupLineInterpolated($"[yellow]{task} is left out: its files are not there, see docs/long-range.md[/]");
        if (runs is [var only])
            return Run(only, parsed, cancellation).ExitCode;
        var (results, code) = (new List<(string Name, ComparisonResult Result)>(), 0);
        foreach (var run in runs.TakeWhile(_ => !cancellation.IsCancellationRequested))
        {
            var (exit, result) = Run(run, parsed, cancellation);
            code = Math.Max(code, exit);
            if (result is not null)
                results.Add((run.Name, result));
        }

        if (results.Count > 0)
            LongRangeTable.Write(Path.Combine(folder, "long-range.md"), parsed.GetValue(s_json) ? Terminal.Error : Terminal.Out, results);
        return code;
    }

    private static string FolderOf(SequenceSettings settings) => settings.Data.Tokens is { } tokens ? $"{settings.Data.Name}-{tokens}" : settings.Data.Name;

    private static (int ExitCode, ComparisonResult? Result) Run(LongRangeRun run, ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var (settings, comparison, folder) = run;
        RunFolders.Enter(folder);
        Announcements.Data(comparison.Data);
        var models = Compare(comparison, cancellation);
        var experiment = new Experiment
        {
            Title = $"Attention mechanisms on {run.Name}",
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

    /// <summary>The comparison on one task in one length.</summary>
    private sealed record LongRangeRun(SequenceSettings Settings, SequenceComparison Comparison, string Folder)
    {
        /// <summary>Task and length.</summary>
        public string Name => $"{Settings.Data.Name}, {Comparison.Data.Tokens} tokens";

        /// <summary>Reads or generates the data.</summary>
        public static LongRangeRun Open(SequenceSettings settings, string folder, ParseResult parsed) =>
            new(settings, new SequenceComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "models")), folder);
    }
}
