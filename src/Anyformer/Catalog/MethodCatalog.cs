using System.Reflection;
using Anyformer.Recipes;
using Module = Anyformer.Modules.Module;

namespace Anyformer.Catalog;

/// <summary>Every method of the library, found by its <see cref="MethodAttribute"/>: adding a method is adding its class.</summary>
public static class MethodCatalog
{
    private static readonly Lazy<Dictionary<string, CatalogEntry>> s_entries = new(Find);

    /// <summary>All entries, by family and then by year.</summary>
    public static IEnumerable<CatalogEntry> Entries => s_entries.Value.Values.OrderBy(entry => entry.Family, StringComparer.Ordinal).ThenBy(entry => entry.Year);

    /// <summary>The entries that can play a role, given by its vocabulary type.</summary>
    public static IEnumerable<CatalogEntry> OfRole<TRole>() where TRole : Module => Entries.Where(entry => entry.CanPlay(typeof(TRole)));

    /// <summary>The entry of an id that can play a role.</summary>
    /// <exception cref="UserException">No such method, or it plays another role; the message suggests the nearest that does.</exception>
    public static CatalogEntry Get<TRole>(string id) where TRole : Module
    {
        if (s_entries.Value.TryGetValue(id, out var entry) && entry.CanPlay(typeof(TRole)))
            return entry;
        var known = OfRole<TRole>().Select(other => other.Id).ToArray();
        var role = typeof(TRole) == typeof(Module) ? "method" : typeof(TRole).Name;
        throw new UserException($"The catalog knows no {role} '{id}'; {Hint(id, known)}");
    }

    private static string Hint(string id, string[] known) =>
        NearestName.Find(id, known) is { } near ? $"did you mean '{near}'?" : $"expected one of {string.Join(", ", known)}.";

    private static Dictionary<string, CatalogEntry> Find() => typeof(MethodCatalog).Assembly.GetTypes()
        .Select(type => (Type: type, Method: type.GetCustomAttribute<MethodAttribute>(inherit: false)))
        .Where(found => found.Method is not null)
        .ToDictionary(found => found.Method!.Id, found => new CatalogEntry(found.Type, found.Method!));
}
