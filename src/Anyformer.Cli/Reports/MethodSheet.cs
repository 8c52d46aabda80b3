using Anyformer.Catalog;
using Anyformer.Catalog.Usage;
using Anyformer.Recipes.Options;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>What a terminal shows of one method: paper, formula with every symbol, masks, options, and how code and recipes use it.</summary>
public static class MethodSheet
{
    /// <summary>Writes the sheet.</summary>
    public static void Write(IAnsiConsole console, CatalogEntry entry)
    {
        console.MarkupLineInterpolated($"[bold]{entry.Name}[/] ({entry.Id}), {entry.Year}");
        console.MarkupLineInterpolated($"{entry.Paper}");
        var (roles, parity) = (string.Join(", ", entry.Roles), ParityStatus.WithoutCases.Describe(entry));
        console.MarkupLineInterpolated($"family {entry.Family}; cost {entry.Complexity}; roles {roles}; {parity}");
        if (entry.Aliases.Count > 0)
            console.MarkupLineInterpolated($"also called {string.Join(", ", entry.Aliases)}");
        if (entry.Claims is { } claims)
            console.MarkupLineInterpolated($"{Claims(claims)}");
        if (entry.Presets.Count > 0)
            console.MarkupLineInterpolated($"presets {string.Join(", ", entry.Presets.Keys)}");
        if (FormulaSheet.Of(entry) is { } formula)
            Write(console, formula);
        if (entry.OptionsType is { } type)
            Write(console, OptionDescriber.Describe(type));
        Write(console, "In C#", CodeExample.Of(entry));
        Write(console, "In a recipe", RecipeExample.Of(entry) ?? "No recipe can name it; C# can.");
    }

    private static void Write(IAnsiConsole console, FormulaSheet formula)
    {
        Write(console, "Formula", string.Join('\n', formula.Lines));
        var grid = new Grid().AddColumn(new GridColumn().Padding(4, 0, 2, 0).NoWrap()).AddColumn();
        foreach (var symbol in formula.Symbols)
            grid.AddRow(Markup.Escape(symbol.Names), Markup.Escape(symbol.Meaning ?? ""));
        if (formula.Symbols.Count > 0)
            console.Write(grid);
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<OptionDescription> options)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("option", "type", "default", "what it is");
        foreach (var option in options)
            table.AddRow(Markup.Escape(option.Key), Markup.Escape(option.Type), Markup.Escape(option.Default ?? ""), Markup.Escape(option.Description));
        console.Write(table);
    }

    private static void Write(IAnsiConsole console, string title, string text)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{title}[/]");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
            console.WriteLine(line.Length == 0 ? "" : $"    {line}");
    }

    private static string Claims(ClaimsAttribute claims)
    {
        string[] said =
        [
            claims.Causal ? "takes a causal mask" : "has no causal form",
            claims.Padding ? "takes padding" : "takes no padding",
            .. claims.FixedTokens ? ["is built for a number of tokens"] : Array.Empty<string>(),
        ];
        return $"{string.Join(", ", said)}{(claims.Caveat is { } caveat ? $"; {caveat}" : "")}";
    }
}
