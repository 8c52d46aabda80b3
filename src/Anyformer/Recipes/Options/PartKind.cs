using System.Reflection;
using Anyformer.Catalog;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>
/// A method of the catalog with its own options: a <see cref="Part{TRole}"/>. One word, an id, another name or a preset; or a section whose key
/// <c>kind</c> is the word and whose other keys are the method's options. A role may say which method a section without that key means.
/// </summary>
internal sealed class PartKind(Type type) : OptionKind
{
    private const string KindKey = "kind";

    private static readonly MethodInfo s_find = typeof(MethodCatalog).GetMethod(nameof(MethodCatalog.GetWithOptions))!;

    private readonly MethodInfo _find = s_find.MakeGenericMethod(type.GenericTypeArguments[0]);

    public override string Expected => $"the id of a method of role {type.GenericTypeArguments[0].Name}, see 'anyformer catalog'";

    public static bool IsPart(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Part<>);

    public override object Read(RecipeNode node, string path, object? inherited) => node switch
    {
        RecipeScalar { IsNull: false } scalar => Bind(scalar, new RecipeMapping([], scalar.Origin), path),
        RecipeMapping mapping when mapping.TryGet(KindKey, out var kind) => Bind(kind, mapping.Without(KindKey), path),
        RecipeMapping mapping when type.GenericTypeArguments[0].GetCustomAttribute<DefaultMethodAttribute>() is { } meant =>
            Bind(RecipeScalar.Quoted(meant.Id, mapping.Origin), mapping, path),
        RecipeMapping mapping => throw new UserException($"There is no key '{KindKey}'{OptionPath.In(path)} {mapping.Origin}; expected {Expected}."),
        _ => throw Wrong(node, path),
    };

    public override RecipeNode Write(object value)
    {
        var (kind, options) = ((string)Property("Kind", value)!, Property("Options", value));
        var name = RecipeScalar.Quoted(kind, NodeOrigin.Defaults);
        var written = options is null ? RecipeMapping.Empty : (RecipeMapping)Of(options.GetType()).Write(options);
        return written.Entries.Count == 0
            ? name
            : written with { Entries = [new RecipeEntry(KindKey, name, NodeOrigin.Defaults), .. written.Entries] };
    }

    private object? Property(string name, object value) => type.GetProperty(name)!.GetValue(value);

    private object Bind(RecipeNode kind, RecipeMapping options, string path)
    {
        if (kind is not RecipeScalar { Text: var id })
            throw Wrong(kind, path);
        var (entry, start) = Find(id, kind, path);
        if (start is null && options.Entries.FirstOrDefault() is { } unknown)
            throw new UserException($"There is an unknown key '{unknown.Key}' {unknown.Origin}{OptionPath.In(path)}; {id} has no options.");
        return Activator.CreateInstance(type, entry.Id, start is null ? null : Of(start.GetType()).Read(options, path, start))!;
    }

    private (CatalogEntry Entry, object? Options) Find(string id, RecipeNode kind, string path)
    {
        try
        {
            return ((CatalogEntry, object?))_find.Invoke(null, [id])!;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is UserException inner)
        {
            throw new UserException($"{OptionPath.Value(path)} {kind.Origin} is wrong: {inner.Message}", inner);
        }
    }
}
