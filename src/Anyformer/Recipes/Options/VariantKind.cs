using System.Reflection;
using System.Text.Json.Serialization;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>
/// One of several kinds of section: an abstract record that names its kinds by <see cref="JsonDerivedTypeAttribute"/>.
/// The section says which in its key <c>kind</c>, or in the one that <see cref="JsonPolymorphicAttribute"/> names; a kind whose
/// options all keep their defaults can be written as one word.
/// </summary>
internal sealed class VariantKind(Type type) : OptionKind
{
    private readonly Dictionary<string, SectionKind> _sections = type.GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToDictionary(derived => (string)derived.TypeDiscriminator!, derived => new SectionKind(derived.DerivedType));

    public string KindKey { get; } = type.GetCustomAttribute<JsonPolymorphicAttribute>()?.TypeDiscriminatorPropertyName ?? "kind";

    public IReadOnlyDictionary<string, SectionKind> Sections => _sections;

    public override string Expected => Kinds;

    private string Kinds => _sections.Count == 1 ? _sections.Keys.Single() : $"one of {string.Join(", ", _sections.Keys)}";

    public static bool IsVariant(Type type) => type.IsAbstract && type.IsDefined(typeof(JsonDerivedTypeAttribute), inherit: false);

    public override object Read(RecipeNode node, string path, object? inherited) => node switch
    {
        RecipeScalar scalar => Section(scalar, path).Read(new RecipeMapping([], scalar.Origin), path, null),
        RecipeMapping mapping => Section(mapping, path).Read(mapping.Without(KindKey), path, null),
        _ => throw Wrong(node, path),
    };

    public override RecipeNode Write(object value)
    {
        var (kind, section) = _sections.First(pair => pair.Value.Type == value.GetType());
        var name = RecipeScalar.Quoted(kind, NodeOrigin.Defaults);
        var options = section.Write(value);
        return options.Entries.Count == 0
            ? name
            : options with { Entries = [new RecipeEntry(KindKey, name, NodeOrigin.Defaults), .. options.Entries] };
    }

    private SectionKind Section(RecipeMapping mapping, string path) => mapping.TryGet(KindKey, out var kind)
        ? Section(kind, OptionPath.Join(path, KindKey))
        : throw new UserException($"There is no key '{KindKey}'{OptionPath.In(path)} {mapping.Origin}; expected {Kinds}.");

    private SectionKind Section(RecipeNode kind, string path) =>
        kind is RecipeScalar { Text: var name } && _sections.TryGetValue(name, out var section) ? section : throw Wrong(kind, path);
}
