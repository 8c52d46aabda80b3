using System.CommandLine;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tasks.Sequences;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare long-range</c>: attention mechanisms on the tasks of the Long Range Arena.</summary>
public static class CompareLongRangeCommand
{
    private static readonly ComparisonFrame s_frame = new("long-range");

    /// <summary>The command.</summary>
    public static Command Create() => s_frame.Command(
        "Compare attention mechanisms on long sequences: accuracy, steps a second, peak memory.", [], CompareLongRangeOptions.All, Run);

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = CompareLongRangeOptions.Read(parsed);
        var folder = s_frame.Start(parsed, settings[0].Training.Threads);
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
            LongRangeTable.Write(Path.Combine(folder, "long-range.md"), s_frame.WritesJson(parsed) ? Terminal.Error : Terminal.Out, results);
        return code;
    }

    private static string FolderOf(SequenceSettings settings) => settings.Data.Tokens is { } tokens ? $"{settings.Data.Name}-{tokens}" : settings.Data.Name;

    private static (int ExitCode, ComparisonResult? Result) Run(LongRangeRun run, ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, comparison, folder) = run;
        Announcements.Data(comparison.Data);
        var subject = new ComparisonSubject
        {
            Title = $"Attention mechanisms on {run.Name}",
            Data = Descriptions.Of(comparison.Data),
            Budget = settings.Budget,
            Seeds = settings.Seeds,
            Metrics = SequenceErrors.All,
            ItemName = "sequences",
            Contenders = settings.Contenders.Count,
        };
        return s_frame.Run(parsed, folder, subject, progress => new ComparisonFindings(comparison.Run(progress, cancellation)), cancellation);
    }

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
