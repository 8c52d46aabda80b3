using System.CommandLine;
using System.Text.Json;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Anyformer.Recipes;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer catalog</c>: what there is, by its place in the taxonomy.</summary>
public static class CatalogCommand
{
    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<bool> s_markdown = new("--markdown") { Description = "write the page docs/catalog.md" };

    private static readonly Option<string?> s_family = new("--family")
    {
        Description = "only this family and those inside it, as attention/kernels",
        HelpName = "path",
    };

    private static readonly Option<string?> s_role = new("--role") { Description = "only methods that can play this role, as token-mixer", HelpName = "role" };

    private static readonly Option<string?> s_parity = new("--parity")
    {
        Description = "count the parity cases in this folder; those of ../shared/parity beside this installation when left out",
        HelpName = "folder",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("catalog", "Show the taxonomy of all methods, with paper, complexity, roles and what verifies them.")
        {
            s_family, s_role, s_parity, s_json, s_markdown,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_markdown) && (result.GetValue(s_json) || result.GetValue(s_family) is not null || result.GetValue(s_role) is not null))
                result.AddError("--markdown writes the whole page, so --json, --family and --role have no place beside it.");
        });
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        if (parsed.GetValue(s_markdown))
        {
            Console.Out.Write(CatalogPage.Render());
            return;
        }

        var entries = OfRole(OfFamily(MethodCatalog.Entries, parsed.GetValue(s_family)), parsed.GetValue(s_role)).ToArray();
        if (entries.Length == 0)
            throw new UserException($"No method of the family {parsed.GetValue(s_family)} plays the role {parsed.GetValue(s_role)}.");
        var parity = ParityStatus.Of(parsed.GetValue(s_parity) ?? DataFolders.Parity);
        if (parsed.GetValue(s_json))
            Console.Out.WriteLine(CatalogJson.Of(entries, parity));
        else
            Terminal.Out.Write(CatalogTree.Of(entries, parity));
    }

    private static IEnumerable<CatalogEntry> OfFamily(IEnumerable<CatalogEntry> entries, string? path)
    {
        if (path is null)
            return entries;
        var known = Paths(FamilyTree.Of(entries)).ToArray();
        return known.Contains(path)
            ? entries.Where(entry => $"{entry.Family}/".StartsWith($"{path}/", StringComparison.Ordinal))
            : throw new UserException($"The catalog has no family '{path}'; {NearestName.Hint(path, known)}");
    }

    private static IEnumerable<CatalogEntry> OfRole(IEnumerable<CatalogEntry> entries, string? role)
    {
        if (role is null)
            return entries;
        var known = MethodCatalog.Entries.SelectMany(entry => entry.Roles).Distinct().ToDictionary(Kebab);
        return known.TryGetValue(Kebab(role), out var name)
            ? entries.Where(entry => entry.Roles.Contains(name))
            : throw new UserException($"The catalog has no role '{role}'; {NearestName.Hint(role, [.. known.Keys])}");
    }

    private static string Kebab(string role) => JsonNamingPolicy.KebabCaseLower.ConvertName(role);

    private static IEnumerable<string> Paths(IEnumerable<FamilyTree> families) =>
        families.SelectMany(family => Paths(family.Families).Prepend(family.Path));
}
