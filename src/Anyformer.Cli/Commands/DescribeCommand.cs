using System.CommandLine;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Recipes.Options;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer describe</c>: one method, its options and their defaults.</summary>
public static class DescribeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "the method, as the catalog names it" };
        var command = new Command("describe", "Show a method: paper, complexity, roles, options and presets.") { id };
        command.SetAction(parsed => Describe(MethodCatalog.Get<Module>(parsed.GetValue(id)!)));
        return command;
    }

    private static void Describe(CatalogEntry entry)
    {
        Terminal.Out.MarkupLineInterpolated($"[bold]{entry.Name}[/] ({entry.Id}), {entry.Year}");
        Terminal.Out.MarkupLineInterpolated($"{entry.Paper}");
        Terminal.Out.MarkupLineInterpolated($"family {entry.Family}; cost {entry.Complexity}; roles {string.Join(", ", entry.Roles)}");
        if (entry.Presets.Count > 0)
            Terminal.Out.MarkupLineInterpolated($"presets {string.Join(", ", entry.Presets.Keys)}");
        if (entry.OptionsType is not { } type)
            return;
        var table = new Table().Border(TableBorder.Simple).AddColumns("option", "type", "default", "what it is");
        foreach (var option in OptionDescriber.Describe(type))
            table.AddRow(Markup.Escape(option.Key), Markup.Escape(option.Type), Markup.Escape(option.Default ?? ""), Markup.Escape(option.Description));
        Terminal.Out.Write(table);
    }
}
