using System.Text;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes;

/// <summary>
/// The experiments of a recipe's key <c>sweep</c>: a list of sections, each with dotted keys that are set over the recipe, such as
/// <c>{data.source: ettm1, data.horizon: 192, published.mse: 0.335}</c>.
/// </summary>
public static class RecipeSweep
{
    private const string Key = "sweep";
    private const string NameKey = "name";
    private const string PublishedPrefix = "published.";

    /// <summary>The document without its sweep: what is run when no sweep is asked for.</summary>
    public static RecipeDocument Base(RecipeDocument document) => document with { Root = document.Root.Without(Key) };

    /// <summary>One document for each experiment, its name made of the recipe's and the values that are set; each name once.</summary>
    /// <exception cref="UserException">There is no sweep, or it is no list of sections, or two experiments have one name.</exception>
    public static IReadOnlyList<RecipeDocument> Experiments(RecipeDocument document)
    {
        if (!document.Root.TryGet(Key, out var node))
            throw new UserException($"The recipe '{document.Source}' has no key '{Key}'; expected a list of sections to set over it.");
        if (node is not RecipeSequence list || list.Items.FirstOrDefault(item => item is not RecipeMapping) is not null)
            throw new UserException($"'{Key}' {node.Origin} is {node.Summary}; expected a list of sections, such as - {{data.horizon: 192}}.");
        RecipeDocument[] experiments = [.. list.Items.Cast<RecipeMapping>().Select(entry => Experiment(Base(document), entry))];
        var twice = experiments.GroupBy(NameOf).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? experiments : throw new UserException($"'{Key}' {node.Origin} has two experiments of the name '{twice.Key}'; give them a {NameKey}.");
    }

    /// <summary>The name of an experiment.</summary>
    public static string NameOf(RecipeDocument experiment) => ((RecipeScalar)experiment.Root.Find(NameKey)!.Value).Text;

    private static RecipeDocument Experiment(RecipeDocument document, RecipeMapping entry)
    {
        var name = Name(document, entry);
        var set = entry.Entries.Where(item => item.Key != NameKey).Aggregate(document, static (changed, item) => changed.Set(item));
        return set with { Root = set.Root.With(new RecipeEntry(NameKey, RecipeScalar.Quoted(name, entry.Origin), entry.Origin)) };
    }

    private static string Name(RecipeDocument document, RecipeMapping entry)
    {
        if (entry.TryGet(NameKey, out var own) && own is RecipeScalar { IsNull: false } given)
            return given.Text;
        var stem = document.Root.TryGet(NameKey, out var node) && node is RecipeScalar { IsNull: false } named
            ? named.Text
            : Path.GetFileNameWithoutExtension(document.Source);
        var values = entry.Entries.Where(item => !item.Key.StartsWith(PublishedPrefix, StringComparison.Ordinal)).Select(item => item.Value).OfType<RecipeScalar>();
        return values.Aggregate(new StringBuilder(stem), (text, value) => text.Append('-').Append(value.Text)).ToString();
    }
}
