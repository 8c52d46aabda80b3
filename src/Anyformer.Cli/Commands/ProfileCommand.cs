using System.CommandLine;
using Anyformer.Cli.Reports;
using Anyformer.Recipes;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer profile</c>: where the time and the memory of a recipe's training step go.</summary>
public static class ProfileCommand
{
    private static readonly Argument<string> s_recipe = new("recipe") { Description = "a recipe file of any task" };

    private static readonly Option<string[]> s_set = SharedOptions.Set();

    private static readonly Option<int> s_steps = SharedOptions.Count("--steps", "steps that are timed, and as many again that are recorded", 10);

    private static readonly Option<int> s_warmUp = SharedOptions.Count("--warm-up", "steps before anything is measured", 5);

    private static readonly Option<int> s_rows = SharedOptions.Count("--rows", "rows of the tables on the terminal", 20);

    private static readonly Option<string?> s_report = new("--report") { Description = "write a page with a flame picture and every row too", HelpName = "file" };

    private static readonly Option<bool> s_json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("profile", "Show where the time and the memory of a recipe's training step go.")
        {
            s_recipe, s_set, s_steps, s_warmUp, s_rows, s_report, s_json,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static void Run(ParseResult parsed, CancellationToken cancellation)
    {
        var recipe = Recipe.Load(parsed.GetValue(s_recipe)!, parsed.GetValue(s_set) ?? []);
        // Nothing is written there: a step leaves no run.
        var run = TrainingRuns.Open(recipe, Path.Combine(Path.GetTempPath(), $"anyformer-profile-{Environment.ProcessId}"), parsed);
        Announcements.Run(run);
        var profile = run.Profile(parsed.GetValue(s_warmUp), parsed.GetValue(s_steps), cancellation);
        var report = new ProfileReport(run.Title, ShellText.Of(parsed), Machine.Facts(), profile);
        if (parsed.GetValue(s_json))
            Console.Out.WriteLine(report.Json());
        else
            Array.ForEach(report.Tables(parsed.GetValue(s_rows)), Terminal.Out.Write);
        if (parsed.GetValue(s_report) is { } path)
            ReportPage.Write(path, report.Page());
    }
}
