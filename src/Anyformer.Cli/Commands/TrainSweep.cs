using System.Globalization;
using System.Text;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary>
/// The experiments of a recipe's sweep, each a run in a folder of its own, so that a sweep can be started again at any time; <c>sweep.md</c> puts what was measured beside what was published.
/// </summary>
internal sealed class TrainSweep
{
    private readonly string _folder;
    private readonly List<(string Name, ForecastRecipe Recipe, string Folder)> _experiments = [];

    private TrainSweep(string folder) => _folder = folder;

    /// <summary>The experiments, each with its folder.</summary>
    public IEnumerable<(ForecastRecipe Recipe, string Folder)> Runs => _experiments.Select(experiment => (experiment.Recipe, experiment.Folder));

    /// <summary>Takes the experiments of a recipe whose name holds <paramref name="only"/>.</summary>
    /// <exception cref="UserException">The recipe has no sweep, none of the name, or one that cannot be read.</exception>
    public static TrainSweep Load(string folder, string path, IReadOnlyList<string> overrides, string? only)
    {
        var sweep = new TrainSweep(folder);
        foreach (var experiment in RecipeSweep.Experiments(RecipeDocument.Load(path)))
            if (RecipeSweep.NameOf(experiment) is var name && (only is null || name.Contains(only, StringComparison.Ordinal)))
            {
                var set = overrides.Aggregate(experiment, (document, assignment) => document.Set(assignment));
                var recipe = set.Bind<Recipe>() as ForecastRecipe ?? throw new UserException($"The recipe '{path}' is for no task that can be swept.");
                sweep._experiments.Add((name, recipe, Path.Combine(folder, name)));
            }

        return sweep._experiments.Count > 0 ? sweep : throw new UserException($"No experiment of '{path}' has '{only}' in its name.");
    }

    /// <summary>Writes and shows the table of the experiments that are finished.</summary>
    public void Report()
    {
        var text = new StringBuilder("| experiment | test MSE / MAE | published | difference |\n|---|---|---|---|\n");
        foreach (var (name, recipe, run) in _experiments.Where(experiment => TrainingSummary.IsIn(experiment.Folder)))
            text.Append(Row(name, recipe.Published, TrainingSummary.Seed(run).Errors));
        var table = Path.Combine(_folder, "sweep.md");
        AtomicFile.WriteText(table, text.ToString());
        Terminal.Out.Write(new Text(text.ToString()));
        Terminal.Error.WriteLine($"Table: {table}");
    }

    private static string Row(string name, PublishedFigures? published, IReadOnlyDictionary<string, double> errors)
    {
        var (mse, mae) = (errors[ForecastErrors.TestMse], errors[ForecastErrors.TestMae]);
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {mse:0.0000} / {mae:0.0000} | {Figure(published?.Mse)} / {Figure(published?.Mae)} | {Difference(mse, published?.Mse)} / {Difference(mae, published?.Mae)} |\n");
    }

    private static string Figure(double? figure) => figure?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    private static string Difference(double measured, double? published) =>
        published is { } figure ? string.Create(CultureInfo.InvariantCulture, $"{100 * (measured / figure - 1):+0.0;-0.0} %") : "-";
}
