using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Comparison;
using Anyformer.Comparison.Ablation;
using Anyformer.Comparison.Texts;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks;

namespace Anyformer.Cli.Commands;

/// <summary>What <c>compare language</c>, <c>compare translate</c> and <c>compare text-classification</c> have in common: one recipe, trained with each of several models as <c>train</c> would.</summary>
/// <typeparam name="TRole">What the models are.</typeparam>
internal sealed class TextComparison<TRole> where TRole : Module
{
    private readonly Option<string> _models;
    private readonly Option<string> _budget;

    private readonly Option<int> _seeds = ComparisonOptions.Seeds();

    private readonly Option<string[]> _set = ComparisonOptions.Set("a key of the recipe, as training.batch-size=64, or an option of a model, as gpt2-small.width=128");

    private readonly Option<string?> _output = new("--output") { Description = "folder of the run; a new one in runs when left out", HelpName = "folder" };

    private readonly Option<bool> _json = SharedOptions.Json();

    /// <param name="models">The models that are compared when none are named.</param>
    /// <param name="budget">What may be spent when nothing is said.</param>
    public TextComparison(string models, string budget)
    {
        _models = new Option<string>("--models") { Description = "the models, each in a size, separated by commas", HelpName = "a,b,c", DefaultValueFactory = _ => models };
        _budget = ComparisonOptions.Budget("all models", budget);
    }

    /// <summary>The command with its arguments and options and those of every comparison.</summary>
    public Command Command(string name, string description, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<ParseResult, CancellationToken, int> run) =>
        ComparisonOptions.Command(name, description, arguments, [.. options, _models, _budget, _seeds, _set, _output, _json], run);

    /// <summary>Trains every model and writes the report.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="title">The headline of the report.</param>
    /// <param name="usual">The recipe, with keys that <c>--set</c> may change; its model is any.</param>
    /// <param name="ownKeys">Keys of the recipe that the command has an option for, with that option.</param>
    /// <param name="samples">What the model of a finished run, under a name, writes.</param>
    /// <param name="cancellation">Ends the comparison after the current step.</param>
    public int Run(
        ParseResult parsed, string title, Recipe usual, IReadOnlyDictionary<string, string> ownKeys, Func<string, string, IEnumerable<TextSample>> samples,
        CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var names = ComparisonOptions.Names(parsed, _models, "model");
        var assignments = (parsed.GetValue(_set) ?? []).ToLookup(assignment => names.Contains(ComparisonOverrides.FirstKey(assignment)));
        var document = ComparisonOverrides.Over(usual, assignments[false], ownKeys);
        AblationVariant[] variants = [.. names.Select(name => Variant(name, assignments[true].Where(assignment => ComparisonOverrides.FirstKey(assignment) == name)))];
        var (seeds, budget) = (parsed.GetValue(_seeds), Budget.Parse(parsed.GetValue(_budget)!));
        var folder = parsed.GetValue(_output) ?? RunFolders.New(parsed.CommandResult.Command.Name is var name ? $"compare-{name}" : "", startedAt);
        var runs = new AblationRuns(document, variants.Length * seeds, budget, seeds, Path.Combine(folder, "models"), parsed);
        foreach (var variant in variants)
            runs.Check(variant);
        RunFolders.Enter(folder);
        var results = Train(runs, variants, cancellation);
        if (runs.Experiment is not { } experiment)
            return results.Count == 0 ? CommandLine.Interrupted("Interrupted before the first model was done.")
                : throw new UserException($"No model could be trained; the first, {results[0].Name}: {results[0].Failure}");
        (string Name, string Folder)[] trained = [.. variants.Zip(results).Where(item => item.Second.Failure is null).Select(item => (item.First.Name, runs.FolderOf(item.First, 1)))];
        var result = new ComparisonResult
        {
            Experiment = experiment with
            {
                Title = title,
                Command = ShellText.Of(parsed),
                StartedAt = startedAt,
                DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
                Budget = budget.ToString(),
                Seeds = [.. Enumerable.Range(1, seeds).Select(seed => (ulong)seed)],
            },
            Models = results,
            Forecasts = [],
            Confusions = [.. trained.SelectMany(run => TrainingSummary.Read(run.Folder).Confusions.Select(confusion => confusion with { Model = run.Name }))],
            Texts = [.. trained.SelectMany(run => samples(run.Name, run.Folder))],
        };
        return ComparisonOutput.Finish(result, variants.Length, folder, parsed.GetValue(_json)).ExitCode;
    }

    /// <summary>The recipe with a model: assignments of its options come without the model's name there.</summary>
    private static AblationVariant Variant(string name, IEnumerable<string> assignments)
    {
        var model = NamedModels.Get<TRole>(name);
        var options = assignments.Select(assignment => assignment[(name.Length + 1)..].Split('=', 2)).Select(parts => parts.Length == 2
            ? new KeyValuePair<string, string>($"model.options.{parts[0].Trim()}", parts[1])
            : throw new UserException($"The override of '{name}' names no option of it; expected {name}.<option>=<value>."));
        return new AblationVariant([new("model.id", model.Id), .. model.Preset is { } preset ? [new("model.preset", preset)] : Array.Empty<KeyValuePair<string, string>>(), .. options]) { Name = name };
    }

    private static IReadOnlyList<ModelResult> Train(AblationRuns runs, IReadOnlyList<AblationVariant> variants, CancellationToken cancellation) =>
        ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, display =>
        {
            using var promise = Announcements.OnInterrupt(cancellation);
            return runs.RunAll(variants, display, cancellation);
        });
}
