using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Data.Sequences;
using Anyformer.Recipes;
using Anyformer.Recipes.Yaml;
using Anyformer.Tasks;
using Anyformer.Tasks.Sequences;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary>What <c>anyformer compare long-range</c> is asked to do.</summary>
internal static class CompareLongRangeOptions
{
    private const string Everything = "all";
    private const string AttentionKey = "attention";

    private static readonly Option<string> s_tasks = new("--tasks")
    {
        Description = $"the tasks, separated by commas, or all: {string.Join(", ", SequenceTask.All.Keys)}",
        HelpName = "a,b,c",
        DefaultValueFactory = _ => "listops",
    };

    private static readonly Option<string> s_attention = new("--attention")
    {
        Description = "the mechanisms, separated by commas, or all that the catalog has",
        HelpName = "a,b,c",
        DefaultValueFactory = _ => Everything,
    };

    private static readonly Option<int[]> s_tokens = new("--tokens")
    {
        Description = "tokens of a sequence; several (1000,2000) or a range in steps of its beginning (1000..4000); the published number when left out",
        HelpName = "n[,n]|n..n",
        CustomParser = ReadTokens,
    };

    private static readonly Option<string> s_budget = ComparisonOptions.Budget("all models, tasks and lengths", "3m");

    private static readonly Option<int> s_seeds = ComparisonOptions.Seeds();

    private static readonly Option<string[]> s_set = ComparisonOptions.Set(
        "a key of the recipe, as data.train=96000 or model.preset=listops, or an option of a mechanism, as longformer.window=128");

    /// <summary>Keys of a recipe that a comparison has an option for, with that option.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_ownKeys = ComparisonOverrides.OwnKeys(
        ("data.kind", "--tasks"), ("data.tokens", "--tokens"), ("model.options.attention", "--attention, and --set <mechanism>.<option>=<value>"));

    public static IReadOnlyList<Option> All { get; } = [s_tasks, s_attention, s_tokens, s_budget, s_seeds, s_set];

    /// <summary>The settings for each task and length, which share the budget.</summary>
    /// <exception cref="UserException">An option is wrong.</exception>
    public static IReadOnlyList<SequenceSettings> Read(ParseResult parsed)
    {
        var budget = Budget.Parse(parsed.GetValue(s_budget)!);
        var assignments = (parsed.GetValue(s_set) ?? []).ToLookup(IsForMechanism);
        int?[] lengths = parsed.GetValue(s_tokens) is { Length: > 0 } given ? [.. given.Select(tokens => (int?)tokens)] : [null];
        var settings =
            from task in Tasks(parsed)
            from tokens in lengths
            let recipe = Recipe(task with { Tokens = tokens }, assignments[false])
            select new SequenceSettings
            {
                Data = recipe.Data,
                Contenders = Contenders(parsed, recipe.Model, assignments[true]),
                Training = recipe.Training,
                Evaluation = recipe.Evaluation,
                Budget = budget,
                Seeds = ComparisonOptions.SeedsOf(parsed, s_seeds),
            };
        SequenceSettings[] all = [.. settings];
        return [.. all.Select(one => one with { Budget = budget.Share(all.Length) })];
    }

    /// <summary>All tasks are those whose samples are there.</summary>
    private static IEnumerable<SequenceTask> Tasks(ParseResult parsed)
    {
        var store = DataFolders.Store(parsed);
        return Names(parsed, s_tasks, "task", SequenceTask.All.Where(task => task.Value.IsThere(store)).Select(task => task.Key)).Select(name =>
            SequenceTask.All.GetValueOrDefault(name)
            ?? throw new UserException($"--tasks names '{name}', expected one of {string.Join(", ", SequenceTask.All.Keys)}."));
    }

    /// <summary>The tasks that were asked for with all others, and whose files are not there.</summary>
    public static IEnumerable<string> TasksLeftOut(ParseResult parsed)
    {
        var store = DataFolders.Store(parsed);
        return parsed.GetValue(s_tasks) == Everything ? SequenceTask.All.Where(task => !task.Value.IsThere(store)).Select(task => task.Key) : [];
    }

    /// <summary>A comparison on the user's machine takes a small model, and few samples.</summary>
    private static SequenceRecipe Recipe(SequenceTask task, IEnumerable<string> assignments)
    {
        var usual = new SequenceRecipe
        {
            Model = new ModelSection { Id = "lra-encoder", Preset = "small" },
            Data = task with { Train = 2000, Validation = 64, Test = 256 },
            Training = new TrainingSection
            {
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 1e-3,
                Betas = [0.9, 0.98],
                BatchSize = 8,
                Schedule = new LinearSchedule { WarmupSteps = 10, WarmupStart = 0.1 },
                Patience = null,
            },
            Evaluation = new SequenceEvaluationSection { BatchSize = 8 },
        };
        return (SequenceRecipe)ComparisonOverrides.Over(usual, assignments, s_ownKeys).Bind<Recipe>();
    }

    private static AttentionContender[] Contenders(ParseResult parsed, ModelSection model, IEnumerable<string> assignments)
    {
        var ids = Names(parsed, s_attention, "mechanism", MethodCatalog.OfRole<TokenMixer>().Select(entry => entry.Id));
        var options = ComparisonOverrides.OptionsOfEach(assignments, ids, "mechanism");
        return [.. ids.Select(id => Contender(MethodCatalog.Get<TokenMixer>(id), model, options(id)))];
    }

    private static AttentionContender Contender(CatalogEntry mechanism, ModelSection model, RecipeMapping own)
    {
        var kind = new RecipeEntry("kind", RecipeScalar.Quoted(mechanism.Id, NodeOrigin.Defaults), NodeOrigin.Defaults);
        var part = new RecipeEntry(AttentionKey, own.With(kind), NodeOrigin.Defaults);
        return new AttentionContender(mechanism.Id, mechanism.Name, model with { Options = model.Options.With(part) });
    }

    private static bool IsForMechanism(string assignment) => MethodCatalog.OfRole<TokenMixer>().Any(entry => entry.Id == ComparisonOverrides.FirstKey(assignment));

    private static string[] Names(ParseResult parsed, Option<string> option, string kind, IEnumerable<string> all) =>
        parsed.GetValue(option) == Everything ? [.. all] : ComparisonOptions.Names(parsed, option, kind);

    private static int[] ReadTokens(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Lengths(text) is { } lengths)
            return lengths;
        result.AddError($"--tokens must be whole numbers of at least 16, as 2000 or 1000,2000, or a range in steps of its beginning, as 1000..4000, found '{text}'.");
        return [];
    }

    private static int[]? Lengths(string text)
    {
        const int least = 16;
        static int Number(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var numbers = text.Contains("..", StringComparison.Ordinal) ? text.Split("..").Select(Number).ToArray() : [];
        if (numbers is [>= least and var first, var last] && last >= first && last % first == 0)
            return [.. Enumerable.Range(1, last / first).Select(i => i * first)];
        numbers = [.. text.Split(',').Select(Number)];
        return numbers.All(number => number >= least) && numbers.Distinct().Count() == numbers.Length ? numbers : null;
    }
}
