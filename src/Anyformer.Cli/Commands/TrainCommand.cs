using System.CommandLine;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer train</c>: trains what a recipe describes, or goes on with a run that was broken off.</summary>
public static class TrainCommand
{
    private static readonly Argument<string> s_recipe = new("recipe") { Description = "a recipe file, or the folder of a run to go on with" };

    private static readonly Option<string[]> s_set = SharedOptions.Set();

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "folder of the run; runs/<name of the recipe> when left out",
        HelpName = "folder",
    };

    private static readonly Option<bool> s_sweep = new("--sweep")
    {
        Description = "train every experiment of the recipe's sweep that is not finished, each in a folder of its own below that of the run",
    };

    private static readonly Option<string> s_only = new("--only") { Description = "of a sweep, only experiments with this text in their name", HelpName = "text" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("train", "Train what a recipe describes, or go on with a run that was broken off.") { s_recipe, s_set, s_output, s_sweep, s_only };
        // On a thread of its own, for Ctrl-C is listened to only once the work is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var given = parsed.GetValue(s_recipe)!;
        if (parsed.GetValue(s_sweep))
            return RunSweep(parsed, given, cancellation);
        if (parsed.GetValue(s_only) is { } only)
            throw new UserException($"--only {only} chooses among the experiments of a sweep: give --sweep too.");
        var resume = Directory.Exists(given);
        if (resume && Refused(parsed) is { } option)
            throw new UserException(
                $"{option} is for new runs: the run '{given}' goes on in its own folder with its own recipe, {TrainingRun.RecipePath(given)}.");
        if (resume && TrainingSummary.IsIn(given))
        {
            Terminal.Error.WriteLine($"The run '{given}' is finished, its report is {TrainingSummary.ReportPath(given)}.");
            return 0;
        }

        return TrainingRuns.Complete(resume ? Reopen(parsed, given) : Begin(parsed, given), resume, parsed, cancellation);
    }

    private static int RunSweep(ParseResult parsed, string recipePath, CancellationToken cancellation)
    {
        if (Directory.Exists(recipePath))
            throw new UserException($"--sweep needs a recipe file, found the folder '{recipePath}'.");
        var folder = parsed.GetValue(s_output) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(recipePath));
        var sweep = TrainSweep.Load(folder, recipePath, parsed.GetValue(s_set) ?? [], parsed.GetValue(s_only));
        return TrainingRuns.CompleteAll(sweep.Runs, sweep.Report, parsed, cancellation);
    }

    private static string? Refused(ParseResult parsed) =>
        parsed.GetValue(s_set) is { Length: > 0 } ? "--set" : parsed.GetValue(s_output) is not null ? "--output" : null;

    private static TrainingRun Begin(ParseResult parsed, string recipePath)
    {
        var recipe = Recipe.Load(recipePath, parsed.GetValue(s_set) ?? []);
        var folder = parsed.GetValue(s_output) ?? Path.Combine("runs", recipe.Name ?? Path.GetFileNameWithoutExtension(recipePath));
        var run = TrainingRuns.Open(recipe, folder, parsed);
        return run.CanResume || TrainingSummary.IsIn(folder)
            ? throw new UserException(
                $"The run '{folder}' exists already: go on with 'anyformer train {ShellText.Quote(folder)}', or name another folder with --output.")
            : run;
    }

    private static TrainingRun Reopen(ParseResult parsed, string folder)
    {
        var path = TrainingRun.RecipePath(folder);
        return File.Exists(path)
            ? TrainingRuns.Open(Recipe.Load(path), folder, parsed)
            : throw new UserException($"The folder '{folder}' holds no run to go on with: expected {path}.");
    }
}
