using System.Text.Json;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Models.Sequences;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;

namespace Anyformer.Catalog.Usage;

/// <summary>An option of a method that takes another one: <c>attention</c> of <c>lra-encoder</c>.</summary>
/// <param name="Owner">The method that has the option.</param>
/// <param name="Path">The dotted key.</param>
/// <param name="Role">The role that a method must play for it.</param>
/// <param name="IsList">Whether it takes several.</param>
internal sealed record PartSlot(CatalogEntry Owner, string Path, Type Role, bool IsList);

/// <summary>Where recipes put methods: from a model, by its options and those of what is put there, down to any method that can stand somewhere.</summary>
internal static class PartSlots
{
    /// <summary>The longest chain of methods in one another.</summary>
    private const int MostParts = 4;

    /// <summary>What recipes name as their model; examples take the first that there is.</summary>
    private static readonly Type[] s_models =
        [typeof(LanguageModel), typeof(SequenceClassifier), typeof(Forecaster), typeof(ImageClassifier), typeof(SequenceToSequenceModel), typeof(MaskedLanguageModel)];

    /// <summary>Whether recipes can name the method as their model.</summary>
    public static bool IsModel(CatalogEntry entry) => s_models.Any(entry.CanPlay);

    /// <summary>The options of a method that take other methods.</summary>
    public static IReadOnlyList<PartSlot> Of(CatalogEntry owner) => owner.OptionsType is { } type ? [.. Of(owner, type, "", [])] : [];

    /// <summary>The shortest chain of options from a model to a method, the model with most choices first; empty when no recipe reaches it.</summary>
    public static PartSlot[] To(CatalogEntry entry)
    {
        var models = MethodCatalog.Entries.Where(model => IsModel(model) && Suits(model, entry)).OrderBy(model => Array.FindIndex(s_models, model.CanPlay))
            .ThenByDescending(model => Of(model).Count).ThenBy(model => model.Id, StringComparer.Ordinal);
        var chains = models.SelectMany(Of).Select(slot => new[] { slot }).ToList();
        for (var length = 1; length <= MostParts; length++)
        {
            if (chains.FirstOrDefault(chain => entry.CanPlay(chain[^1].Role)) is { } found)
                return found;
            chains = [.. chains.SelectMany(chain => Standing(chain).SelectMany(Of).Select(slot => chain.Append(slot).ToArray()))];
        }

        return [];
    }

    /// <summary>Methods with options of their own that can stand at the end of a chain.</summary>
    private static IEnumerable<CatalogEntry> Standing(PartSlot[] chain) => MethodCatalog.Entries.Where(entry =>
        entry.CanPlay(chain[^1].Role) && Of(entry).Count > 0 && Suits(chain[0].Owner, entry) && chain.All(slot => slot.Owner != entry));

    /// <summary>A language model needs what can be causal.</summary>
    private static bool Suits(CatalogEntry model, CatalogEntry entry) => !model.CanPlay(typeof(LanguageModel)) || entry.Claims?.Causal != false;

    private static IEnumerable<PartSlot> Of(CatalogEntry owner, Type options, string path, Type[] above) => options.GetProperties()
        .Where(property => property.GetMethod is { IsStatic: false }).SelectMany(property =>
        {
            var key = OptionPath.Join(path, JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name));
            var type = property.PropertyType;
            if (IsGeneric(type, typeof(Part<>)))
                return [new PartSlot(owner, key, type.GenericTypeArguments[0], IsList: false)];
            if (IsGeneric(type, typeof(ValueList<>)) && IsGeneric(type.GenericTypeArguments[0], typeof(Part<>)))
                return [new PartSlot(owner, key, type.GenericTypeArguments[0].GenericTypeArguments[0], IsList: true)];
            return type.Name.EndsWith("Options", StringComparison.Ordinal) && !above.Contains(type) ? Of(owner, type, key, [.. above, type]) : [];
        });

    private static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
