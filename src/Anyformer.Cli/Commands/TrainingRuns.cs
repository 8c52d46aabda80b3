using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Images;
using Anyformer.Tasks.Language;
using Anyformer.Tasks.Sequences;
using Anyformer.Tasks.Texts;
using Anyformer.Tasks.Translation;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Cli.Commands;

/// <summary>Opens training runs and brings them to their end, for every command that trains.</summary>
internal static class TrainingRuns
{
    /// <summary>The run of a recipe in a folder, its data read and its model built.</summary>
    public static TrainingRun Open(Recipe recipe, string folder, ParseResult parsed)
    {
        var store = DataFolders.Store(parsed);
        switch (recipe)
        {
            case ForecastRecipe forecast:
                Engine.Start(forecast.Training.Threads);
                return new ForecastRun(forecast, store, folder);
            case PretrainingRecipe pretraining:
                Engine.Start(pretraining.Training.Threads);
                return new PretrainingRun(pretraining, store, folder);
            case SequenceRecipe sequences:
                Engine.Start(sequences.Training.Threads);
                return new SequenceRun(sequences, store, folder);
            case LanguageRecipe language:
                Engine.Start(language.Training.Threads);
                return new LanguageRun(language, store, folder);
            case TranslationRecipe translation:
                Engine.Start(translation.Training.Threads);
                return new TranslationRun(translation, store, folder);
            case TextClassificationRecipe texts:
                Engine.Start(texts.Training.Threads);
                return new TextClassificationRun(texts, store, folder);
            case ImageRecipe images:
                Engine.Start(images.Training.Threads);
                return new ImageRun(images, store, folder);
            default:
                throw new UserException($"The recipe of the run '{folder}' is for no task that can be trained yet.");
        }
    }

    /// <summary>Trains to the end, from the last checkpoint if asked to, and writes the summary. The exit code.</summary>
    public static int Complete(TrainingRun run, bool resume, ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        RunFolders.Enter(run.Folder);
        EnvironmentFile.Append(run.Folder, parsed, startedAt);
        Announcements.Run(run);
        var state = Train(run, resume, cancellation);
        if (!state.Finished)
            return CommandLine.Interrupted($"Interrupted at step {state.Step}: go on with 'anyformer train {ShellText.Quote(run.Folder)}'.");
        using var scope = new TensorScope();
        TrainingSummary.Show(run, state, TrainingSummary.Write(run, state, startedAt, ShellText.Of(parsed)));
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

    private static TrainingState Train(TrainingRun run, bool resume, CancellationToken cancellation) => ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, display =>
    {
        using var promise = Announcements.OnInterrupt(cancellation);
        var task = display.Add(run.ModelId);
        var state = run.Train(resume, new TrainingProgressObserver(task), cancellation);
        if (state.Finished)
            task.Finish();
        return state;
    });
}
