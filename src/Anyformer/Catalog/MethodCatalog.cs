using System.Reflection;
using Anyformer.Recipes;
using Module = Anyformer.Modules.Module;

namespace Anyformer.Catalog;

/// <summary>Every method of the library, found by its <see cref="MethodAttribute"/>: adding a method is adding its class.</summary>
public static class MethodCatalog
{
    private static readonly Lazy<Dictionary<string, CatalogEntry>> s_entries = new(FindAll);

    /// <summary>All entries, by family and then by year.</summary>
    public static IEnumerable<CatalogEntry> Entries => s_entries.Value.Values
        .OrderBy(entry => entry.Family, StringComparer.Ordinal).ThenBy(entry => entry.Year).ThenBy(entry => entry.Id, StringComparer.Ordinal);

    /// <summary>The entries that can play a role, given by its vocabulary type.</summary>
    public static IEnumerable<CatalogEntry> OfRole<TRole>() where TRole : Module => Entries.Where(entry => entry.CanPlay(typeof(TRole)));

    /// <summary>The entry of an id, whatever it is.</summary>
    /// <exception cref="UserException">No such method; the message suggests the nearest.</exception>
    public static CatalogEntry Get(string id) => s_entries.Value.TryGetValue(id, out var entry)
        ? entry
        : throw new UserException($"The catalog knows no method '{id}'; {NearestName.Hint(id, [.. Entries.Select(known => known.Id)])}");

    /// <summary>The entry that can play a role, by its id or another of its names; hyphens do not matter: <c>deepnorm</c> is <c>deep-norm</c>.</summary>
    /// <exception cref="UserException">No such method, or it plays another role; the message suggests the nearest that does.</exception>
    public static CatalogEntry Get<TRole>(string name) where TRole : Module => TryGet<TRole>(name) ?? throw Unknown<TRole>(name);

    /// <summary>The method that can play a role, by one of its names, or by that of a preset that it alone has: <c>swiglu</c>.</summary>
    /// <param name="name">What the user wrote.</param>
    /// <returns>The method, and the options to start from; null of one without options.</returns>
    /// <exception cref="UserException">No such method or preset.</exception>
    public static (CatalogEntry Entry, object? Options) GetWithOptions<TRole>(string name) where TRole : Module
    {
        if (TryGet<TRole>(name) is { } named)
            return (named, named.DefaultOptions);
        var presets = OfRole<TRole>().Where(entry => entry.Presets.ContainsKey(name)).ToArray();
        return presets is [var only] ? (only, only.Presets[name]) : throw Unknown<TRole>(name);
    }

    private static CatalogEntry? TryGet<TRole>(string name) where TRole : Module
    {
        if (s_entries.Value.TryGetValue(name, out var entry) && entry.CanPlay(typeof(TRole)))
            return entry;
        var plain = Plain(name);
        return OfRole<TRole>().FirstOrDefault(other => other.Aliases.Prepend(other.Id).Any(known => Plain(known) == plain));
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);

    private static UserException Unknown<TRole>(string name) where TRole : Module
    {
        if (s_entries.Value.TryGetValue(name, out var entry))
            return new UserException(
                $"'{name}' is {string.Join(", ", entry.Roles.Select(WithArticle))} and no {typeof(TRole).Name}; expected one of {Known<TRole>()}.");
        return new UserException($"The catalog knows no {typeof(TRole).Name} '{name}'; {Hint<TRole>(name)}");
    }

    private static string WithArticle(string role) => role[0] is 'A' or 'E' or 'I' or 'O' or 'U' ? $"an {role}" : $"a {role}";

    private static string Hint<TRole>(string name) where TRole : Module =>
        NearestName.Find(name, OfRole<TRole>().SelectMany(entry => entry.Aliases.Prepend(entry.Id))) is { } near
            ? $"did you mean '{near}'?" : $"expected one of {Known<TRole>()}.";

    private static string Known<TRole>() where TRole : Module => string.Join(", ", OfRole<TRole>().Select(entry => entry.Id));

    private static Dictionary<string, CatalogEntry> FindAll() => typeof(MethodCatalog).Assembly.GetTypes()
        .Select(type => (Type: type, Method: type.GetCustomAttribute<MethodAttribute>(inherit: false)))
        .Where(found => found.Method is not null)
        .ToDictionary(found => found.Method!.Id, found => new CatalogEntry(found.Type, found.Method!));
}
