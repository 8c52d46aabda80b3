using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;
using Anyformer.Torch;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer train</c>: trains what a recipe describes, or goes on with a run that was broken off.</summary>
public static class TrainCommand
{
    private static readonly Argument<string> s_recipe = new("recipe") { Description = "a recipe file, or the folder of a run to go on with" };

    private static readonly Option<string[]> s_set = new("--set") { Description = "set a key of the recipe, as training.learning-rate=1e-3; may be given again" };

    private static readonly Option<string> s_output = new("--output") { Description = "folder of the run; runs/<name of the recipe> when left out" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("train", "Train what a recipe describes, or go on with a run.") { s_recipe, s_set, s_output };
        command.SetAction((parsed, cancellation) => Task.FromResult(Train(parsed, cancellation)));
        return command;
    }

    private static int Train(ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var given = parsed.GetValue(s_recipe)!;
        var resume = Directory.Exists(given);
        var path = resume ? ForecastRun.RecipePath(given) : given;
        if (Recipe.Load(path, parsed.GetValue(s_set) ?? []) is not ForecastRecipe recipe)
            throw new UserException($"The recipe '{path}' is for no task that can be trained yet.");
        var folder = resume ? given : parsed.GetValue(s_output) ?? Path.Combine("runs", recipe.Name ?? Path.GetFileNameWithoutExtension(given));
        Engine.Start(recipe.Training.Threads);
        var run = new ForecastRun(recipe, DataFolders.Store(parsed), folder);
        if (!resume && run.CanResume)
            throw new UserException($"The run '{folder}' exists already: go on with 'anyformer train {folder}', or name another folder with --output.");

        Announcements.Data(run.Data);
        EnvironmentFile.Write(folder, parsed);
        var (state, curve) = ProgressDisplay.Show(display =>
        {
            var task = display.Add(recipe.Model.Id);
            var trained = run.Train(resume, new TrainingProgressObserver(task), cancellation);
            task.Finish();
            return trained;
        });
        if (!state.Finished)
        {
            Terminal.Error.WriteLine($"Stopped at step {state.Step}; go on with 'anyformer train {folder}'.");
            return CommandLine.Interrupted();
        }

        using var scope = new TensorScope();
        TrainingSummary.Write(run, state, curve, startedAt, "./anyformer " + string.Join(' ', parsed.Tokens.Select(token => token.Value)));
        return 0;
    }
}
