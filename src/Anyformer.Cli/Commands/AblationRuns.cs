using System.CommandLine;
using Anyformer.Catalog;
using Anyformer.Cli.Progress;
using Anyformer.Comparison;
using Anyformer.Comparison.Ablation;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks;

namespace Anyformer.Cli.Commands;

/// <summary>
/// The trainings of an ablation, each a run in a folder of its own, so that an ablation that was broken off goes on where it was. Variants that come to the
/// same recipe are trained once; one whose parts do not go together is a result that says why.
/// </summary>
internal sealed class AblationRuns
{
    private readonly RecipeDocument _base;
    private readonly string _folder;
    private readonly ParseResult _parsed;
    private readonly Dictionary<string, ModelResult> _results = [];
    private readonly TimeSpan? _timeOfEach;
    private readonly long[] _seeds;

    /// <param name="recipe">The recipe that is varied.</param>
    /// <param name="trainings">How many trainings share the time.</param>
    /// <param name="budget">What they may spend; null for what the recipe says.</param>
    /// <param name="seeds">How many seeds.</param>
    /// <param name="folder">Where the runs go.</param>
    /// <param name="parsed">The command line.</param>
    public AblationRuns(RecipeDocument recipe, int trainings, Budget? budget, int seeds, string folder, ParseResult parsed)
    {
        (_folder, _parsed, _timeOfEach) = (folder, parsed, budget?.TimeOfEach(trainings));
        _base = budget?.Epochs is { } epochs ? recipe.Set($"training.epochs={epochs}") : recipe;
        _seeds = [.. Enumerable.Range(1, seeds)];
    }

    /// <summary>What a finished run came to, of whatever variant: its data, metrics and machine are those of all.</summary>
    public Experiment? Experiment { get; private set; }

    /// <summary>Trainable parameters of the variant that was trained last.</summary>
    private long? Parameters { get; set; }

    /// <summary>Reads the recipe of a variant, so that a mistake costs no training; whether its parts go together is found when it is built.</summary>
    /// <exception cref="UserException">A key or a value is wrong.</exception>
    public void Check(AblationVariant variant)
    {
        var model = DocumentOf(variant).Bind<Recipe>().Model;
        var entry = MethodCatalog.Get<Module>(model.Id);
        if (entry.OptionsType is not null)
            entry.BindOptions(model);
    }

    /// <summary>Trains and measures variants; those that were done when it was cancelled.</summary>
    /// <exception cref="UserException">The recipe is wrong whatever is varied.</exception>
    public IReadOnlyList<ModelResult> RunAll(IEnumerable<AblationVariant> variants, IProgressDisplay display, CancellationToken cancellation)
    {
        var results = new List<ModelResult>();
        try
        {
            foreach (var variant in variants)
                results.Add(Run(variant, display, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was done is worth having.
        }

        return results;
    }

    /// <summary>The folder of the run of a variant with a seed.</summary>
    public string FolderOf(AblationVariant variant, long seed) => Path.Combine(_folder, NameOf(variant, seed));

    /// <summary>Trains a variant with every seed, and measures it.</summary>
    /// <exception cref="UserException">The recipe is wrong whatever is varied.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    private ModelResult Run(AblationVariant variant, IProgressDisplay display, CancellationToken cancellation)
    {
        var document = DocumentOf(variant);
        var result = new ModelResult { Id = variant.Name, Name = variant.Name, Seeds = [] };
        try
        {
            var run = Open(document, "none");
            var same = run.Recipe.ToDocument().ToYaml();
            if (_results.TryGetValue(same, out var known))
                return known with { Id = result.Id, Name = result.Name };
            var limited = Limited(document, run);
            var task = display.Add(variant.Name);
            result = _results[same] = result with { Seeds = [.. _seeds.Select(seed => Train(limited, variant, seed, task, cancellation))], Parameters = Parameters };
            task.Finish();
            return result;
        }
        catch (UserException refusal) when (variant.Settings.Count > 0)
        {
            return result with { Failure = refusal.Message };
        }
    }

    /// <summary>The key of a factor in the recipe: an option of the model unless it begins with a section.</summary>
    internal static string KeyOf(string key) => key.Split('.')[0] is "model" or "classifier" or "data" or "training" or "evaluation" ? key : $"model.options.{key}";

    private RecipeDocument DocumentOf(AblationVariant variant) =>
        variant.Settings.Aggregate(_base, (current, setting) => current.Set($"{KeyOf(setting.Key)}={setting.Value}"));

    private TrainingRun Open(RecipeDocument document, string name) => TrainingRuns.Open(document.Bind<Recipe>(), Path.Combine(_folder, name), _parsed);

    /// <summary>The recipe with as many steps as its share of the time is good for.</summary>
    private RecipeDocument Limited(RecipeDocument document, TrainingRun throwaway) => _timeOfEach is not { } time ? document
        : document.Set($"training.max-steps={throwaway.StepsWithin(time)}").Set($"training.epochs={int.MaxValue}").Set($"training.max-time={time.TotalSeconds:0.###}s");

    private SeedResult Train(RecipeDocument document, AblationVariant variant, long seed, IProgressTask task, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var run = Open(document.Set($"training.seed={seed}"), NameOf(variant, seed));
        if (!TrainingSummary.IsIn(run.Folder))
        {
            var state = run.Train(run.CanResume, new TrainingProgressObserver(task), cancellation);
            cancellation.ThrowIfCancellationRequested();
            TrainingSummary.Write(run, state, startedAt, ShellText.Of(_parsed));
        }

        var summary = TrainingSummary.Read(run.Folder);
        (Experiment, Parameters) = (summary.Experiment, summary.Models.Single().Parameters);
        return summary.Models.Single().Seeds.Single();
    }

    private static string NameOf(AblationVariant variant, long seed) => string.Concat(variant.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '=' or '.' ? letter : '-')) + $"-{seed}";
}
