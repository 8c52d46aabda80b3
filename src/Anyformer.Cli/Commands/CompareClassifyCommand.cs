using System.CommandLine;
using Anyformer.Tasks.Images;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare classify</c>: classifiers of images on a folder.</summary>
public static class CompareClassifyCommand
{
    private static readonly ComparisonFrame s_frame = new("classify");

    /// <summary>The command.</summary>
    public static Command Create() => s_frame.Command(
        "Compare classifiers of images on a folder: accuracy, throughput, memory, what is taken for what.",
        [CompareClassifyOptions.Folder], CompareClassifyOptions.All, Run);

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = CompareClassifyOptions.Read(parsed);
        var folder = s_frame.Start(parsed, settings.Recipe.Training.Threads);
        var comparison = new ImageComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "models"));
        Announcements.Data(comparison.Data);
        var subject = new ComparisonSubject
        {
            Title = settings.Recipe.Name ?? $"Image classifiers on {Path.GetFileName(Path.TrimEndingDirectorySeparator(comparison.Data.Source))}",
            Data = Descriptions.Of(comparison.Data),
            Budget = settings.Budget,
            Seeds = settings.Seeds,
            Metrics = ImageErrors.All,
            ItemName = "images",
            Contenders = settings.Models.Count,
        };
        return s_frame.Run(parsed, folder, subject, progress =>
        {
            var (models, confusions) = comparison.Run(progress, cancellation);
            return new ComparisonFindings(models) { Confusions = confusions };
        }, cancellation).ExitCode;
    }
}
