using System.Collections.Immutable;
using System.Text.Json;

namespace Anyformer.Tasks;

/// <summary>The names of classes in the metadata of a checkpoint.</summary>
internal static class ClassNames
{
    private const string Key = "classes";

    /// <summary>The names as metadata.</summary>
    internal static KeyValuePair<string, string> ToText(ImmutableArray<string> classes) => new(Key, JsonSerializer.Serialize<string[]>([.. classes]));

    /// <summary>The names of a checkpoint's metadata; empty when it has none.</summary>
    internal static ImmutableArray<string> FromTexts(IReadOnlyDictionary<string, string> texts)
    {
        try
        {
            return [.. JsonSerializer.Deserialize<string[]>(texts.GetValueOrDefault(Key, "[]")) ?? []];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
