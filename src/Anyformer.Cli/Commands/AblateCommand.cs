using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Comparison.Ablation;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer ablate</c>: what single choices of a recipe do, each tried alone or all in a grid, within the same budget.</summary>
public static class AblateCommand
{
    private static readonly Argument<string> s_recipe = new("recipe") { Description = "the recipe file to vary" };

    private static readonly Option<string[]> s_vary = new("--vary")
    {
        Description = "what to vary, as norm=layer,rms,scale: an option of the model, or a key such as training.learning-rate=1e-3,1e-4; may be given again",
        HelpName = "key=value,value",
        Required = true,
    };

    private static readonly Option<bool> s_grid = new("--grid") { Description = "try every combination instead of each value alone" };

    private static readonly Option<int> s_seeds = SharedOptions.Count("--seeds", "trainings of each variant, with seeds 1 to n", 1);

    private static readonly Option<string?> s_budget = new("--budget")
    {
        Description = "training time of all together (8m), or a number of epochs of each; what the recipe says when left out",
        HelpName = "time|epochs",
    };

    private static readonly Option<string[]> s_set = SharedOptions.Set();

    private static readonly Option<string?> s_output = new("--output") { Description = "folder of the runs; runs/ablate-<time> when left out", HelpName = "folder" };

    private static readonly Option<bool> s_json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("ablate", "Vary choices of a recipe, one at a time or in a grid, and show what each does.")
        {
            s_recipe, s_vary, s_grid, s_seeds, s_budget, s_set, s_output, s_json,
        };
        // On a thread of its own, for Ctrl-C is listened to only once the work is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        var (factors, seeds) = (Factors(parsed), parsed.GetValue(s_seeds));
        var budget = parsed.GetValue(s_budget) is { } text ? Budget.Parse(text) : null;
        var document = (parsed.GetValue(s_set) ?? []).Aggregate(RecipeSweep.Base(RecipeDocument.Load(parsed.GetValue(s_recipe)!)), (current, assignment) => current.Set(assignment));
        var variants = parsed.GetValue(s_grid) ? AblationDesign.Grid(factors) : AblationDesign.OneAtATime(factors);
        var folder = parsed.GetValue(s_output) ?? RunFolders.New("ablate", startedAt);
        var runs = new AblationRuns(document, variants.Count * seeds, budget, seeds, Path.Combine(folder, "runs"), parsed);
        foreach (var variant in variants)
            runs.Check(variant);
        RunFolders.Enter(folder);
        var results = Train(runs, variants, cancellation);
        if (runs.Experiment is not { } experiment)
            return results.Count == 0 ? CommandLine.Interrupted("Interrupted before the first variant was done.")
                : throw new UserException($"No variant could be trained; the first, {results[0].Name}: {results[0].Failure}");
        var result = new ComparisonResult
        {
            Experiment = experiment with
            {
                Title = $"What {string.Join(", ", factors.Select(factor => factor.Key))} do in {Path.GetFileNameWithoutExtension(parsed.GetValue(s_recipe))}",
                Command = ShellText.Of(parsed),
                StartedAt = startedAt,
                DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
                Budget = budget?.ToString() ?? experiment.Budget,
                Seeds = [.. Enumerable.Range(1, seeds).Select(seed => (ulong)seed)],
            },
            Models = results,
            Forecasts = [],
            Effects = Effects(factors, variants, results, experiment.Metrics[0], parsed.GetValue(s_grid)),
        };
        return Finish(result, variants.Count, folder, parsed.GetValue(s_json));
    }

    private static int Finish(ComparisonResult result, int asked, string folder, bool json)
    {
        var (code, _) = ComparisonOutput.Finish(result, asked, folder, json);
        if (!json)
            EffectTable.Render(Terminal.Out, result);
        AtomicFile.WriteText(Path.Combine(folder, "effects.md"), EffectTable.Markdown(result));
        Terminal.Error.WriteLine($"Table: {Path.Combine(folder, "effects.md")}");
        return code;
    }

    private static Factor[] Factors(ParseResult parsed)
    {
        Factor[] factors = [.. parsed.GetValue(s_vary)!.Select(Factor.Parse)];
        return factors.GroupBy(factor => AblationRuns.KeyOf(factor.Key)).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UserException($"--vary names '{twice.First().Key}' twice; give all its values at once.") : factors;
    }

    /// <summary>The variants that were done when it ended.</summary>
    private static IReadOnlyList<ModelResult> Train(AblationRuns runs, IReadOnlyList<AblationVariant> variants, CancellationToken cancellation) =>
        ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, display =>
        {
            using var promise = Announcements.OnInterrupt(cancellation);
            return runs.RunAll(variants, display, cancellation);
        });

    private static IReadOnlyList<Effect> Effects(
        Factor[] factors, IReadOnlyList<AblationVariant> variants, IReadOnlyList<ModelResult> results, ErrorMetric metric, bool grid)
    {
        (AblationVariant Variant, IReadOnlyList<double> Errors)[] done =
            [.. variants.Zip(results, (variant, result) => (variant, (IReadOnlyList<double>)[.. result.Seeds.Select(seed => seed.ErrorOf(metric))]))];
        if (grid)
            return Effect.OfGrid(factors, done);
        return done.Length == 0 ? [] : Effect.OneAtATime(factors, done[0].Errors, (factor, level) =>
            done.Where(item => item.Variant.Level(factor) == level).Select(item => item.Errors).FirstOrDefault() ?? []);
    }
}
