using Anyformer.Catalog;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>The taxonomy as a tree for a terminal: families inside families, and a leaf of two lines for each method.</summary>
public static class CatalogTree
{
    /// <summary>The tree of some methods.</summary>
    public static Tree Of(IEnumerable<CatalogEntry> entries, ParityStatus parity)
    {
        var tree = new Tree("Anyformer");
        foreach (var family in FamilyTree.Of(entries))
            Add(tree, family, parity);
        return tree;
    }

    private static void Add(IHasTreeNodes parent, FamilyTree family, ParityStatus parity)
    {
        var branch = parent.AddNode($"[bold]{Markup.Escape(family.Name)}[/] [dim]{family.Count}[/]");
        foreach (var entry in family.Entries)
            branch.AddNode(Leaf(entry, parity));
        foreach (var inner in family.Families)
            Add(branch, inner, parity);
    }

    private static Markup Leaf(CatalogEntry entry, ParityStatus parity)
    {
        var roles = string.Join(", ", entry.Roles);
        return Markup.FromInterpolated(
            $"[green]{entry.Id}[/]  {entry.Name} ({entry.Year})  {entry.Complexity}  [dim]{roles}[/]  {parity.Describe(entry)}\n[dim]{entry.Paper}[/]");
    }
}
