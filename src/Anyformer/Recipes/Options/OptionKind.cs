using System.Collections.Concurrent;
using System.Reflection;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>How values of one C# type are read from a recipe, written back and described.</summary>
internal abstract class OptionKind
{
    private static readonly ConcurrentDictionary<Type, OptionKind> s_plain = new();

    /// <summary>What is expected, in a few words of a sentence: "a whole number".</summary>
    public abstract string Expected { get; }

    /// <summary>The value that <paramref name="node"/> gives.</summary>
    /// <param name="node">What the user wrote.</param>
    /// <param name="path">The dotted key, for messages.</param>
    /// <param name="inherited">The value that holds where a section leaves a key out, or null for the type's own defaults.</param>
    public abstract object? Read(RecipeNode node, string path, object? inherited);

    public abstract RecipeNode Write(object value);

    public static RecipeNode WriteAny(OptionKind kind, object? value) =>
        value is null ? RecipeScalar.Plain("null", NodeOrigin.Defaults) : kind.Write(value);

    public static OptionKind Of(PropertyInfo property) => Of(property.PropertyType, new NullabilityInfoContext().Create(property));

    public static OptionKind Of(Type type) => s_plain.GetOrAdd(type, static type => Create(type, null));

    private static OptionKind Of(Type type, NullabilityInfo? nullability)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return new NullableKind(Of(underlying));
        var kind = ListKind.ElementOf(type) is null ? Of(type) : Create(type, nullability);
        return nullability?.ReadState == NullabilityState.Nullable ? new NullableKind(kind) : kind;
    }

    private static OptionKind Create(Type type, NullabilityInfo? nullability)
    {
        if (ScalarKind.Find(type) is { } scalar)
            return scalar;
        if (type.IsEnum)
            return new EnumKind(type);
        if (type.IsAssignableTo(typeof(RecipeNode)))
            return new NodeKind(type);
        if (ListKind.ElementOf(type) is { } element)
            return new ListKind(type, element, Of(element, nullability?.ElementType ?? nullability?.GenericTypeArguments.FirstOrDefault()));
        if (ParsedKind.Parses(type))
            return ParsedKind.Of(type);
        if (PartKind.IsPart(type))
            return new PartKind(type);
        if (VariantKind.IsVariant(type))
            return new VariantKind(type);
        return type is { IsClass: true, IsAbstract: false } or { IsValueType: true, IsPrimitive: false }
            ? new SectionKind(type)
            : throw new NotSupportedException($"Options of type {type} cannot be bound.");
    }

    protected UserException Wrong(RecipeNode node, string path) =>
        new($"{OptionPath.Value(path)} {node.Origin} is {node.Summary}; expected {Expected}.");
}

/// <summary>An option that may be nothing.</summary>
internal sealed class NullableKind(OptionKind inner) : OptionKind
{
    public OptionKind Inner => inner;

    public override string Expected => $"{inner.Expected} or nothing";

    public override object? Read(RecipeNode node, string path, object? inherited) =>
        node is RecipeScalar { IsNull: true } ? null : inner.Read(node, path, inherited);

    public override RecipeNode Write(object value) => inner.Write(value);
}

/// <summary>An option that stays a node, to be bound later, when its type is known.</summary>
internal sealed class NodeKind(Type type) : OptionKind
{
    public override string Expected => type == typeof(RecipeMapping) ? "a section of keys" : "any value";

    public override object Read(RecipeNode node, string path, object? inherited)
    {
        if (type == typeof(RecipeMapping) && node is RecipeScalar { IsNull: true })
            return RecipeMapping.Empty;
        return type.IsInstanceOfType(node) ? node : throw Wrong(node, path);
    }

    public override RecipeNode Write(object value) => (RecipeNode)value;
}
