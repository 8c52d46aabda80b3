using Anyformer.Recipes;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Cli.Commands;

/// <summary>What <c>--set</c> says in a comparison: keys of the recipe that all models share, or options of one of them.</summary>
internal static class ComparisonOverrides
{
    /// <summary>The key of a model, and the option for it.</summary>
    public static (string Key, string Option) Model { get; } = ("model", "--models, and --set <model>.<option>=<value>");

    /// <summary>Keys of a recipe that a comparison has an option for, with that option: those of every comparison, and its own.</summary>
    public static IReadOnlyDictionary<string, string> OwnKeys(params IReadOnlyList<(string Key, string Option)> own)
    {
        (string Key, string Option)[] keys = [.. own, ("training.epochs", "--budget"), ("training.max-time", "--budget"), ("training.seed", "--seeds")];
        return keys.ToDictionary(item => item.Key, item => item.Option);
    }

    /// <summary>What an assignment is about: a section of the recipe, or a model.</summary>
    public static string FirstKey(string assignment) => assignment.Split('.', '=')[0].Trim();

    /// <summary>A recipe with assignments of its keys.</summary>
    /// <param name="usual">The recipe as it is without them.</param>
    /// <param name="assignments">Keys of the recipe and their values.</param>
    /// <param name="ownKeys">Keys that the comparison has an option for, with that option.</param>
    /// <exception cref="UserException">One is for a key that the comparison decides itself and that would be set without effect.</exception>
    public static RecipeDocument Over(Recipe usual, IEnumerable<string> assignments, IReadOnlyDictionary<string, string> ownKeys) => assignments
        .Select(assignment => Allowed(assignment, ownKeys))
        .Aggregate(usual.ToDocument(), (document, assignment) => document.Set(assignment));

    /// <summary>The options that assignments give each of several models.</summary>
    /// <param name="assignments">Options of models and their values, each behind the model's name.</param>
    /// <param name="names">The models.</param>
    /// <param name="kind">What they are.</param>
    /// <exception cref="UserException">One is for another model, or names no option.</exception>
    public static Func<string, RecipeMapping> OptionsOfEach(IEnumerable<string> assignments, string[] names, string kind)
    {
        var options = new RecipeDocument(RecipeMapping.Empty, "--set");
        foreach (var assignment in assignments)
            options = names.Contains(FirstKey(assignment))
                ? options.Set(assignment)
                : throw new UserException($"The override '{assignment}' is for a {kind} that is not compared, expected one of {string.Join(", ", names)}.");
        return name => !options.Root.TryGet(name, out var own) ? RecipeMapping.Empty : own as RecipeMapping
            ?? throw new UserException($"The override of '{name}' names no option of it; expected {name}.<option>=<value>.");
    }

    private static string Allowed(string assignment, IReadOnlyDictionary<string, string> ownKeys)
    {
        var key = assignment.Split('=')[0].Trim();
        foreach (var (own, option) in ownKeys)
            if (key == own || key.StartsWith(own + ".", StringComparison.Ordinal))
                throw new UserException($"The override '{assignment}' has no say in a comparison: use {option}.");
        return assignment;
    }
}
