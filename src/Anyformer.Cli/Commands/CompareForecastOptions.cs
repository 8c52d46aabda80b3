using System.CommandLine;
using Anyformer.Catalog;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Recipes.Yaml;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary>What <c>anyformer compare forecast</c> is asked to do.</summary>
internal static class CompareForecastOptions
{
    private static readonly Option<string> s_data = new("--data")
    {
        Description = "a CSV file, or a known data set (see 'anyformer data list')",
        HelpName = "file|id",
        DefaultValueFactory = _ => "us-flights-hourly",
    };

    private static readonly Option<string> s_models = new("--models")
    {
        Description = "the models, separated by commas; all forecasters when left out",
        HelpName = "a,b,c",
    };

    private static readonly Option<int> s_lookback = SharedOptions.Count("--lookback", "steps of history that a model sees", 96);

    private static readonly Option<int[]> s_horizons = SharedOptions.Counts("--horizon", "steps to forecast; several are compared one after the other", 24);

    private static readonly Option<string> s_budget = new("--budget")
    {
        Description = "training time of all models together (90s, 2m), or a number of epochs of each",
        HelpName = "time|epochs",
        DefaultValueFactory = _ => "3m",
    };

    private static readonly Option<int> s_seeds = SharedOptions.Count("--seeds", "trainings of each model, with seeds 1 to n", 1);

    private static readonly Option<int> s_ensemble = SharedOptions.Count("--ensemble", "how many of the best models are also taken together, 1 for none", 3);

    private static readonly Option<FillPolicy?> s_fill = SharedOptions.Fill();

    private static readonly Option<string[]> s_set = new("--set")
    {
        Description = "set a key of the recipe, as training.batch-size=64, or an option of a model, as itransformer.width=64; may be given again",
        HelpName = "key=value",
    };

    /// <summary>Keys of a recipe that a comparison has an option for, with that option.</summary>
    private static readonly Dictionary<string, string> s_ownOptions = new()
    {
        ["model"] = "--models, and --set <model>.<option>=<value>",
        ["training.epochs"] = "--budget",
        ["training.max-time"] = "--budget",
        ["training.seed"] = "--seeds",
    };

    public static IReadOnlyList<Option> All { get; } = [s_data, s_models, s_lookback, s_horizons, s_budget, s_seeds, s_ensemble, s_fill, s_set];

    /// <summary>The settings for each horizon, and what the comparison is called. The budget is shared by the horizons.</summary>
    /// <exception cref="UserException">An option is wrong.</exception>
    public static (IReadOnlyList<ForecastSettings> Settings, string Title) Read(ParseResult parsed)
    {
        var horizons = parsed.GetValue(s_horizons)!;
        var (settings, title) = ReadFirst(parsed);
        ForecastSettings For(int horizon) =>
            settings with { Data = settings.Data with { Horizon = horizon }, Budget = settings.Budget.Share(horizons.Length) };
        return (horizons.Length == 1 ? [settings] : [.. horizons.Select(For)], title);
    }

    private static (ForecastSettings Settings, string Title) ReadFirst(ParseResult parsed)
    {
        var assignments = (parsed.GetValue(s_set) ?? []).ToLookup(assignment => IsForModel(assignment));
        var recipe = Recipe(parsed, assignments[false]);
        var settings = new ForecastSettings
        {
            Data = recipe.Data,
            Loss = recipe.Loss,
            Training = recipe.Training,
            Evaluation = recipe.Evaluation,
            Models = Models(ModelIds(parsed), assignments[true]),
            Budget = Budget.Parse(parsed.GetValue(s_budget)!),
            Ensemble = parsed.GetValue(s_ensemble),
            Seeds = [.. Enumerable.Range(1, parsed.GetValue(s_seeds)).Select(seed => (long)seed)],
        };
        return (settings, recipe.Name ?? $"Forecasters on {recipe.Data.Source}");
    }

    private static bool IsForModel(string assignment) => MethodCatalog.OfRole<Forecaster>().Any(entry => entry.Id == ComparisonOverrides.FirstKey(assignment));

    /// <summary>The options as a recipe, so that --set reaches every key of it.</summary>
    private static ForecastRecipe Recipe(ParseResult parsed, IEnumerable<string> assignments)
    {
        var lookback = parsed.GetValue(s_lookback);
        var usual = new ForecastRecipe
        {
            Model = new ModelSection { Id = "" },
            Data = new ForecastDataSection
            {
                Source = parsed.GetValue(s_data)!,
                Lookback = lookback,
                Horizon = parsed.GetValue(s_horizons)![0],
                LabelLength = Math.Min(lookback, 48),
                Fill = parsed.GetValue(s_fill) ?? FillPolicy.None,
            },
            Training = new TrainingSection
            {
                LearningRate = 1e-3,
                Schedule = new CosineSchedule { WarmupSteps = 50, Floor = 0.01 },
                Patience = 8,
            },
        };
        var document = assignments.Select(assignment => ComparisonOverrides.Allowed(assignment, s_ownOptions)).Aggregate(usual.ToDocument(), (document, assignment) => document.Set(assignment));
        return (ForecastRecipe)document.Bind<Recipe>();
    }

    private static string[] ModelIds(ParseResult parsed)
    {
        if (parsed.GetValue(s_models) is not { } listed)
            return [.. MethodCatalog.OfRole<Forecaster>().Select(entry => entry.Id)];
        string[] ids = [.. listed.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
        return ids.Length > 0 ? ids : throw new UserException($"--models names no model, found '{listed}'.");
    }

    private static ModelSection[] Models(string[] ids, IEnumerable<string> assignments)
    {
        var options = new RecipeDocument(RecipeMapping.Empty, "--set");
        foreach (var assignment in assignments)
            options = ids.Contains(ComparisonOverrides.FirstKey(assignment))
                ? options.Set(assignment)
                : throw new UserException(
                    $"The override '{assignment}' is for a model that is not compared, expected one of {string.Join(", ", ids)}.");
        return [.. ids.Select(id => Model(id, options.Root))];
    }

    /// <summary>A comparison on the user's machine takes the small size of a model where it has one.</summary>
    private static ModelSection Model(string id, RecipeMapping options) => new()
    {
        Id = id,
        Preset = MethodCatalog.Get<Forecaster>(id).Presets.ContainsKey("small") ? "small" : null,
        Options = options.TryGet(id, out var own)
            ? own as RecipeMapping ?? throw new UserException($"The override of '{id}' names no option of it; expected {id}.<option>=<value>.")
            : RecipeMapping.Empty,
    };
}
