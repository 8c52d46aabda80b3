using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Recipes.Options;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Catalog.Usage;

/// <summary>How a recipe names a method.</summary>
public static class RecipeExample
{
    /// <summary>
    /// The section <c>model</c> of a recipe with the method in it, as the model or as a part of one, YAML; null when no recipe can name it.
    /// </summary>
    public static string? Of(CatalogEntry entry)
    {
        if (!entry.IsPart)
            return null;
        if (PartSlots.IsModel(entry))
            return Model(entry, SmallPreset.Of(entry.Presets.Keys) is not null ? "" : Keys(FirstOptions(entry)));
        return PartSlots.To(entry) is [var first, .. var further]
            ? Model(first.Owner, Keys([Value(first, Inside(further, entry)), .. Positions(first, further is [var second, ..] ? second.Owner : entry)]))
            : null;
    }

    /// <summary>What makes its queries and keys by itself, or none, needs positions that are added to tokens.</summary>
    private static string[] Positions(PartSlot slot, CatalogEntry mixer) =>
        slot.Role == typeof(TokenMixer) && mixer.Type.IsAssignableTo(typeof(TokenMixer))
        && PartSlots.Of(slot.Owner).FirstOrDefault(other => other.Role == typeof(PositionEncoding)) is { } position ? [Value(position, "sinusoidal")] : [];

    private static string Model(CatalogEntry model, string options) => $"model:\n  id: {model.Id}\n"
        + (SmallPreset.Of(model.Presets.Keys) is { } small ? $"  preset: {small}\n" : "") + (options.Length > 0 ? $"  options: {options}\n" : "");

    /// <summary>What stands in an option: the method itself, or one that has it in an option of its own.</summary>
    private static string Inside(PartSlot[] slots, CatalogEntry entry) => slots is [var first, .. var further]
        ? Keys([$"kind: {first.Owner.Id}", Value(first, Inside(further, entry))])
        : FirstOptions(entry) is { Length: > 0 } options ? Keys([$"kind: {entry.Id}", .. options]) : entry.Id;

    private static string Value(PartSlot slot, string value)
    {
        var keys = slot.Path.Split('.');
        var innermost = $"{keys[^1]}: {(slot.IsList ? $"[{value}]" : value)}";
        return keys[..^1].Reverse().Aggregate(innermost, (inner, key) => $"{key}: {Keys([inner])}");
    }

    private static string Keys(string[] entries) => entries.Length == 0 ? "" : $"{{{string.Join(", ", entries)}}}";

    /// <summary>The first two options that are single values, as they are without being named.</summary>
    private static string[] FirstOptions(CatalogEntry entry) => entry.DefaultOptions is not { } options ? [] :
    [
        .. OptionBinder.Write(options).Entries.Where(option => option.Value is RecipeScalar { IsNull: false }).Take(2)
            .Select(option => $"{option.Key}: {YamlWriter.Write(option.Value).TrimEnd()}"),
    ];
}
