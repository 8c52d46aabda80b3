using System.ComponentModel.DataAnnotations;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>One key of an options record, told to a user.</summary>
/// <param name="Key">The dotted key, as an override writes it.</param>
/// <param name="Kind">The kind of section that has the key, such as <c>schedule.kind=cosine</c>; empty where every kind has it.</param>
/// <param name="Type">What is expected, in a few words.</param>
/// <param name="Default">The default as YAML; null for a key that must be given.</param>
/// <param name="Description">What it does, from the property's <see cref="System.ComponentModel.DescriptionAttribute"/>.</param>
public sealed record OptionDescription(string Key, string Kind, string Type, string? Default, string Description);

/// <summary>Lists what can be set in an options record.</summary>
public static class OptionDescriber
{
    /// <summary>Every key of <paramref name="type"/>, sections within it included.</summary>
    public static IReadOnlyList<OptionDescription> Describe(Type type) => [.. Describe(OptionKind.Of(type), null, "", "", [])];

    private static IEnumerable<OptionDescription> Describe(OptionKind kind, object? value, string path, string variant, Type[] above) =>
        kind switch
        {
            NullableKind nullable => Describe(nullable.Inner, value, path, variant, above),
            SectionKind section when !above.Contains(section.Type) =>
                Keys(section, value ?? Blank(section), path, variant, [.. above, section.Type]),
            VariantKind variants => variants.Sections.SelectMany(pair =>
                Describe(pair.Value, null, path, $"{OptionPath.Join(path, variants.KindKey)}={pair.Key}", above)),
            _ => [],
        };

    private static IEnumerable<OptionDescription> Keys(SectionKind section, object defaults, string path, string variant, Type[] above)
    {
        foreach (var option in section.Schema.Options)
        {
            var key = OptionPath.Join(path, option.Key);
            var value = option.Property.GetValue(defaults);
            if (option.Kind is not (SectionKind or NullableKind { Inner: SectionKind }))
                yield return new OptionDescription(key, variant, TypeOf(option), DefaultOf(option, value), option.Description);
            foreach (var nested in Describe(option.Kind, value, key, variant, above))
                yield return nested;
        }
    }

    private static string TypeOf(Option option) => option.Rules.OfType<RangeAttribute>().FirstOrDefault() is { } range
        ? $"{option.Kind.Expected}, {OptionValidation.Describe(range)}"
        : option.Kind.Expected;

    private static string? DefaultOf(Option option, object? value) =>
        option.IsRequired ? null : YamlWriter.Write(OptionKind.WriteAny(option.Kind, value)).TrimEnd();

    // A record with required keys has defaults for the others all the same.
    private static object Blank(SectionKind section) =>
        section.Schema.Construct([.. section.Schema.Parameters.Select(option => option.ParameterDefault)]);
}
