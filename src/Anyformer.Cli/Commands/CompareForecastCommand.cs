using System.CommandLine;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tasks.Forecasting;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare forecast</c>.</summary>
public static class CompareForecastCommand
{
    private static readonly ComparisonFrame s_frame = new("forecast");

    /// <summary>The command.</summary>
    public static Command Create() => s_frame.Command("Compare forecasters on a table of series.", [], CompareForecastOptions.All, Run);

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, title) = CompareForecastOptions.Read(parsed);
        var folder = s_frame.Start(parsed, settings[0].Training.Threads);
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

        HorizonTable.Render(s_frame.WritesJson(parsed) ? Terminal.Error : Terminal.Out, results);
        return 0;
    }

    private static (int ExitCode, ComparisonResult? Result) Run(
        ForecastSettings settings, string title, string folder, ParseResult parsed, CancellationToken cancellation)
    {
        var comparison = new ForecastComparison(settings, DataFolders.Store(parsed), Path.Combine(folder, "models"));
        Announcements.Data(comparison.Data);
        var subject = new ComparisonSubject
        {
            Title = title,
            Data = Descriptions.Of(comparison.Data),
            Budget = settings.Budget,
            Seeds = settings.Seeds,
            Metrics = ForecastErrors.All,
            ItemName = "windows",
            Contenders = settings.Models.Count,
        };
        return s_frame.Run(parsed, folder, subject, progress =>
        {
            var (models, samples) = comparison.Run(progress, cancellation);
            return new ComparisonFindings(models) { Forecasts = samples };
        }, cancellation);
    }
}
