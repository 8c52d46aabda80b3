namespace Anyformer.Catalog;

/// <summary>A family of the taxonomy with what is in it.</summary>
/// <param name="Name">Its own name, the last part of its path: <c>kernels</c>.</param>
/// <param name="Path">Where it is in the taxonomy: <c>attention/kernels</c>.</param>
/// <param name="Families">The families inside it.</param>
/// <param name="Entries">The methods that are in it and in none of those families.</param>
public sealed record FamilyTree(string Name, string Path, IReadOnlyList<FamilyTree> Families, IReadOnlyList<CatalogEntry> Entries)
{
    /// <summary>The methods of the family and of the families inside it.</summary>
    public int Count => Entries.Count + Families.Sum(family => family.Count);

    /// <summary>The families at the root of the taxonomy, as far as the given methods are in them.</summary>
    public static IReadOnlyList<FamilyTree> Of(IEnumerable<CatalogEntry> entries) => Inside("", [.. entries]);

    private static IReadOnlyList<FamilyTree> Inside(string parent, IReadOnlyList<CatalogEntry> entries) =>
    [
        .. entries.Where(entry => entry.Family.Length > parent.Length).GroupBy(entry => entry.Family[parent.Length..].Split('/')[0]).Select(group =>
        {
            var path = parent + group.Key;
            return new FamilyTree(group.Key, path, Inside(path + "/", [.. group]), [.. group.Where(entry => entry.Family == path)]);
        }),
    ];
}
