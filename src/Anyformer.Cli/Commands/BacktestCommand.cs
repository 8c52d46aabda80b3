using System.CommandLine;
using System.Globalization;
using System.Text;
using Anyformer.Comparison;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer backtest</c>: trains a recipe again and again as time goes by, and forecasts what came next each time.</summary>
public static class BacktestCommand
{
    private static readonly Argument<string> s_recipe = new("recipe") { Description = "a forecasting recipe" };

    private static readonly Option<int> s_folds = SharedOptions.Count("--folds", "blocks that the test rows are cut into, each forecast by a model of its own", 4);

    private static readonly Option<string[]> s_set = SharedOptions.Set();

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "folder of the runs; runs/<name of the recipe>-backtest when left out",
        HelpName = "folder",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("backtest", "Backtest a recipe with a rolling origin: train anew before each block of the test rows.") { s_recipe, s_folds, s_set, s_output };
        // On a thread of its own, for Ctrl-C is listened to only once the work is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var path = parsed.GetValue(s_recipe)!;
        var recipe = Recipe.Load(path, parsed.GetValue(s_set) ?? []) as ForecastRecipe
            ?? throw new UserException($"The recipe '{path}' is for no task that can be backtested.");
        var folder = parsed.GetValue(s_output) ?? Path.Combine("runs", $"{recipe.Name ?? Path.GetFileNameWithoutExtension(path)}-backtest");
        Engine.Start(recipe.Training.Threads);
        var data = ForecastData.Load(recipe.Data, DataFolders.Store(parsed));
        var folds = Backtest.Folds(recipe, data, parsed.GetValue(s_folds)).Select((fold, i) => (fold, Path.Combine(folder, $"fold-{i + 1}"))).ToArray();
        return TrainingRuns.CompleteAll(folds, () => Report(folds, folder), parsed, cancellation);
    }

    private static void Report((ForecastRecipe Recipe, string Folder)[] folds, string folder)
    {
        var seeds = folds.Where(fold => TrainingSummary.IsIn(fold.Folder)).Select(fold => (fold.Recipe, Seed: TrainingSummary.Seed(fold.Folder))).ToArray();
        var text = new StringBuilder("| fold | rows trained on | test MSE | test MAE | intervals cover |\n|---|---|---|---|---|\n");
        foreach (var (fold, (recipe, seed)) in seeds.Index())
            text.Append(string.Create(CultureInfo.InvariantCulture,
                $"| {fold + 1} | {recipe.Data.Split!.ToString()!.Split('/')[0]} | {seed.Errors[ForecastErrors.TestMse]:0.0000} | {seed.Errors[ForecastErrors.TestMae]:0.0000} | {100 * seed.IntervalCoverage:0.0} % |\n"));
        if (seeds.Length > 1)
            text.Append($"| mean ± deviation | | {Over(seed => seed.Errors[ForecastErrors.TestMse])} | {Over(seed => seed.Errors[ForecastErrors.TestMae])} | {Over(seed => 100 * seed.IntervalCoverage, "0.0")} % |\n");
        AtomicFile.WriteText(Path.Combine(folder, "backtest.md"), text.ToString());
        Terminal.Out.Write(new Text(text.ToString()));

        string Over(Func<SeedResult, double> figure, string format = "0.0000")
        {
            var statistic = Statistic.Of(seeds.Select(item => figure(item.Seed)));
            return $"{statistic.Mean.ToString(format, CultureInfo.InvariantCulture)} ± {statistic.StandardDeviation.ToString(format, CultureInfo.InvariantCulture)}";
        }
    }
}
