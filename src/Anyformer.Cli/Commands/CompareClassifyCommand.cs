using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Comparison;
using Anyformer.Tasks.Images;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare classify</c>: classifiers of images on a folder.</summary>
public static class CompareClassifyCommand
{
    private static readonly Option<string> s_output = new("--output") { Description = "folder of the run; runs/compare-classify-<time> when left out", HelpName = "folder" };

    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("classify", "Compare classifiers of images on a folder: accuracy, throughput, memory, what is taken for what.") { CompareClassifyOptions.Folder };
        foreach (var option in CompareClassifyOptions.All)
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
        var startedAt = DateTimeOffset.Now;
        var settings = CompareClassifyOptions.Read(parsed);
        var folder = parsed.GetValue(s_output) ?? RunFolders.New("compare-classify", startedAt);
        Engine.Start(parsed.GetValue(s_threads) ?? settings.Recipe.Training.Threads);
        var comparison = new ImageComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "models"));
        RunFolders.Enter(folder);
        Announcements.Data(comparison.Data);
        var (models, confusions) = Compare(comparison, cancellation);
        var experiment = new Experiment
        {
            Title = settings.Recipe.Name ?? $"Image classifiers on {Path.GetFileName(Path.TrimEndingDirectorySeparator(comparison.Data.Source))}",
            Command = ShellText.Of(parsed),
            StartedAt = startedAt,
            DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
            Machine = Machine.Facts(),
            Data = Descriptions.Of(comparison.Data),
            Budget = settings.Budget.ToString(),
            Seeds = [.. settings.Seeds.Select(seed => (ulong)seed)],
            Metrics = ImageErrors.All,
            ItemName = "images",
        };
        var result = new ComparisonResult { Experiment = experiment, Models = models, Forecasts = [], Confusions = confusions };
        return ComparisonOutput.Finish(result, settings.Models.Count, folder, parsed.GetValue(s_json)).ExitCode;
    }

    private static (IReadOnlyList<ModelResult> Models, IReadOnlyList<Confusion> Confusions) Compare(ImageComparison comparison, CancellationToken cancellation) =>
        ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, progress =>
        {
            using var promise = Announcements.OnInterrupt(cancellation);
            return comparison.Run(new ComparisonProgress(progress), cancellation);
        });
}
