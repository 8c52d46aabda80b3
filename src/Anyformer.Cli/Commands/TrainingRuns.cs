using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Cli.Commands;

/// <summary>Opens training runs and brings them to their end, for every command that trains.</summary>
internal static class TrainingRuns
{
    /// <summary>The recipe of a file, with values set over it.</summary>
    /// <exception cref="UserException">The recipe cannot be read, or is for another task.</exception>
    public static ForecastRecipe Load(string path, string[] overrides) => Recipe.Load(path, overrides) as ForecastRecipe
        ?? throw new UserException($"The recipe '{path}' is for no task that can be trained yet.");

    /// <summary>The run of a recipe in a folder, its data read and its model built.</summary>
    public static ForecastRun Open(ForecastRecipe recipe, string folder, ParseResult parsed)
    {
        Engine.Start(recipe.Training.Threads);
        return new ForecastRun(recipe, DataFolders.Store(parsed), folder);
    }

    /// <summary>Trains to the end, from the last checkpoint if asked to, and writes the summary. The exit code.</summary>
    public static int Complete(ForecastRun run, bool resume, ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        RunFolders.Enter(run.Folder);
        EnvironmentFile.Append(run.Folder, parsed, startedAt);
        Announcements.Data(run.Data);
        var state = Train(run, resume, cancellation);
        if (!state.Finished)
            return CommandLine.Interrupted($"Interrupted at step {state.Step}: go on with 'anyformer train {ShellText.Quote(run.Folder)}'.");
        using var scope = new TensorScope();
        TrainingSummary.Write(run, state, startedAt, ShellText.Of(parsed));
        return 0;
    }

    /// <summary>
    /// Brings several runs to their end one after the other, and calls <paramref name="done"/> after each. Finished ones are left alone and
    /// broken-off ones gone on with. The exit code, that of an interruption if there was one.
    /// </summary>
    public static int CompleteAll(IEnumerable<(ForecastRecipe Recipe, string Folder)> runs, Action done, ParseResult parsed, CancellationToken cancellation)
    {
        foreach (var (recipe, folder) in runs.Where(run => !TrainingSummary.IsIn(run.Folder)))
        {
            var run = Open(recipe, folder, parsed);
            if (Complete(run, run.CanResume, parsed, cancellation) is not 0 and var code)
                return code;
            done();
        }

        done();
        return 0;
    }

    private static TrainingState Train(ForecastRun run, bool resume, CancellationToken cancellation) => ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, display =>
    {
        using var promise = Announcements.OnInterrupt(cancellation);
        var task = display.Add(run.Recipe.Model.Id);
        var state = run.Train(resume, new TrainingProgressObserver(task), cancellation);
        if (state.Finished)
            task.Finish();
        return state;
    });
}
