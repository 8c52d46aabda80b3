using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>One of some words: an enum's members, in kebab-case or as <see cref="JsonStringEnumMemberNameAttribute"/> names them.</summary>
internal sealed class EnumKind(Type type) : OptionKind
{
    private readonly Dictionary<string, object> _values = type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(NameOf, field => field.GetValue(null)!);

    public override string Expected => _values.Count == 1 ? _values.Keys.Single() : $"one of {string.Join(", ", _values.Keys)}";

    public override object Read(RecipeNode node, string path, object? inherited) =>
        node is RecipeScalar scalar && _values.TryGetValue(scalar.Text, out var value) ? value : throw Wrong(node, path);

    public override RecipeNode Write(object value) =>
        RecipeScalar.Quoted(_values.First(pair => pair.Value.Equals(value)).Key, NodeOrigin.Defaults);

    private static string NameOf(FieldInfo member) =>
        member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.KebabCaseLower.ConvertName(member.Name);
}
