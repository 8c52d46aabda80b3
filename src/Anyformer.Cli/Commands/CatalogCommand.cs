using System.CommandLine;
using System.Text.Json;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer catalog</c>: what there is, by its place in the taxonomy.</summary>
public static class CatalogCommand
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var markdown = new Option<bool>("--markdown") { Description = "write the page docs/catalog.md" };
        var command = new Command("catalog", "List every method by family, with paper, complexity and roles.") { json, markdown };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
                WriteJson();
            else if (parsed.GetValue(markdown))
                Console.Out.Write(CatalogPage.Render());
            else
                WriteTree();
        });
        return command;
    }

    private static void WriteJson() => Console.Out.WriteLine(JsonSerializer.Serialize(
        MethodCatalog.Entries.Select(entry => new
        {
            entry.Id,
            entry.Name,
            entry.Family,
            entry.Year,
            entry.Paper,
            entry.Complexity,
            entry.Roles,
            entry.System,
            Claims = entry.Claims is { } claims
                ? new { claims.Growth, claims.Causal, claims.Padding, claims.FixedTokens, Leaks = claims.Leaks.ToString(), claims.Caveat }
                : null,
        }), s_json));

    private static void WriteTree()
    {
        var tree = new Tree("Anyformer");
        foreach (var family in MethodCatalog.Entries.GroupBy(entry => entry.Family))
        {
            var branch = tree.AddNode($"[bold]{Markup.Escape(family.Key)}[/]");
            foreach (var entry in family)
                branch.AddNode($"[green]{Markup.Escape(entry.Id)}[/]  {Markup.Escape(entry.Name)} ({entry.Year})  {Markup.Escape(entry.Complexity)}  [dim]{string.Join(", ", entry.Roles)}[/]");
        }

        Terminal.Out.Write(tree);
    }
}
