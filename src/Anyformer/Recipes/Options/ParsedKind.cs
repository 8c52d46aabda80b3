using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>Kinds of options whose types parse themselves.</summary>
internal static class ParsedKind
{
    public static bool Parses(Type type) => type.GetInterfaces().Any(contract =>
        contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IParsable<>) && contract.GenericTypeArguments[0] == type);

    public static OptionKind Of(Type type) => (OptionKind)Activator.CreateInstance(typeof(ParsedKind<>).MakeGenericType(type))!;
}

/// <summary>An option that is a word to its user: a type that parses itself, and says in its <see cref="DescriptionAttribute"/> what it takes.</summary>
internal sealed class ParsedKind<T> : OptionKind where T : IParsable<T>
{
    public override string Expected { get; } = typeof(T).GetCustomAttribute<DescriptionAttribute>()?.Description
        ?? throw new NotSupportedException($"{typeof(T)} does not say what it is parsed from.");

    public override object Read(RecipeNode node, string path, object? inherited) =>
        node is RecipeScalar scalar && T.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(node, path);

    public override RecipeNode Write(object value) => RecipeScalar.Quoted(value.ToString()!, NodeOrigin.Defaults);
}
