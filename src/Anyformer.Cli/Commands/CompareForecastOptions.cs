using System.CommandLine;
using Anyformer.Catalog;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
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

    private static readonly Option<string> s_budget = ComparisonOptions.Budget("all models", "3m");

    private static readonly Option<int> s_seeds = ComparisonOptions.Seeds();

    private static readonly Option<int> s_ensemble = SharedOptions.Count("--ensemble", "how many of the best models are also taken together, 1 for none", 3);

    private static readonly Option<FillPolicy?> s_fill = SharedOptions.Fill();

    private static readonly Option<string[]> s_set = ComparisonOptions.Set("a key of the recipe, as training.batch-size=64, or an option of a model, as itransformer.width=64");

    /// <summary>Keys of a recipe that a comparison has an option for, with that option.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_ownKeys = ComparisonOverrides.OwnKeys(ComparisonOverrides.Model);

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
            Seeds = ComparisonOptions.SeedsOf(parsed, s_seeds),
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
        return (ForecastRecipe)ComparisonOverrides.Over(usual, assignments, s_ownKeys).Bind<Recipe>();
    }

    private static string[] ModelIds(ParseResult parsed) => parsed.GetValue(s_models) is null
        ? [.. MethodCatalog.OfRole<Forecaster>().Select(entry => entry.Id)]
        : ComparisonOptions.Names(parsed, s_models, "model");

    /// <summary>A comparison on the user's machine takes the small size of a model where it has one.</summary>
    private static ModelSection[] Models(string[] ids, IEnumerable<string> assignments)
    {
        var options = ComparisonOverrides.OptionsOfEach(assignments, ids, "model");
        return
        [
            .. ids.Select(id => new ModelSection
            {
                Id = id,
                Preset = MethodCatalog.Get<Forecaster>(id).Presets.ContainsKey("small") ? "small" : null,
                Options = options(id),
            }),
        ];
    }
}
