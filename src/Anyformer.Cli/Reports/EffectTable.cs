using System.Globalization;
using System.Text;
using Anyformer.Comparison;
using Anyformer.Comparison.Ablation;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>What each value of an ablation does to the error that ranks: on the terminal, in the report, and as Markdown.</summary>
internal static class EffectTable
{
    private const string Explanation =
        "Differences are to the recipe as it is, or in a grid to the mean over all combinations; below 0 is better. The effect size is the difference in "
        + "standard deviations over seeds (Cohen's d): 0.2 is called small, 0.8 large; a single seed gives none. The share is how much of the variance "
        + "between the combinations of a grid the factor alone explains.";

    /// <summary>Shows the table on a terminal.</summary>
    public static void Render(IAnsiConsole console, ComparisonResult result)
    {
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Simple : TableBorder.None };
        foreach (var heading in Headings(result))
            table.AddColumn(new TableColumn(new Text(heading)));
        foreach (var effect in result.Effects)
            table.AddRow(Cells(result, effect).Select(cell => new Text(cell)));
        console.Write(table);
    }

    /// <summary>The section of the report; nothing for a comparison that is no ablation.</summary>
    public static Html Section(ComparisonResult result)
    {
        if (result.Effects.Count == 0)
            return default;
        var rows = result.Effects.Select(effect => Cells(result, effect)).Select(cells => Html.Of($"""
            <tr><th scope="row" class="name">{cells[0]}</th><td class="name">{cells[1]}</td>{cells[2..].Select(cell => Html.Of($"<td>{cell}</td>"))}</tr>
            """));
        return ReportSections.Section("Effects", Explanation, Html.Of($"""
            <div class="scroll" role="region" aria-label="Effects" tabindex="0">
            <table><thead><tr>{Headings(result).Select(heading => Html.Of($"""<th scope="col">{heading}</th>"""))}</tr></thead>
            <tbody>{rows}</tbody></table></div>
            """));
    }

    /// <summary>The table as a page, with the command that made it.</summary>
    public static string Markdown(ComparisonResult result)
    {
        var headings = Headings(result);
        var text = new StringBuilder($"`{result.Experiment.Command}`\n\n{Explanation}\n\n| {string.Join(" | ", headings)} |\n")
            .Append($"|{string.Concat(Enumerable.Repeat("---|", headings.Length))}\n");
        foreach (var effect in result.Effects)
            text.Append($"| {string.Join(" | ", Cells(result, effect).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
        foreach (var failed in result.Models.Where(model => model.Failure is not null))
            text.Append($"\n{failed.Name}: {failed.Failure}\n");
        return text.ToString();
    }

    private static bool IsGrid(ComparisonResult result) => result.Effects.Any(effect => double.IsFinite(effect.Share));

    private static string[] Headings(ComparisonResult result) =>
        ["Factor", "Value", ResultColumn.Capitalised(result.Experiment.Metrics[0].Name), "Difference", "Effect size", .. IsGrid(result) ? ["Share of the factor"] : Array.Empty<string>()];

    private static string[] Cells(ComparisonResult result, Effect effect) =>
    [
        effect.Factor, effect.Level, Figures.ErrorWithSpread(effect.Error), Signed(effect.Difference, "+0.0000;-0.0000;0.0000"), Signed(effect.Size, "+0.0;-0.0;0.0"),
        .. IsGrid(result) ? [Figures.Share(effect.Share)] : Array.Empty<string>(),
    ];

    private static string Signed(double value, string format) => double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : Figures.Undefined;
}
