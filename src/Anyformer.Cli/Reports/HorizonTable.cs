using Anyformer.Comparison;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>Comparisons of the same models for several horizons, side by side on the terminal: the ranking error of each.</summary>
internal static class HorizonTable
{
    public static void Render(IAnsiConsole console, IReadOnlyList<ComparisonResult> results)
    {
        var metric = results[0].Experiment.Metrics[0];
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Simple : TableBorder.None };
        table.AddColumn(ResultColumn.Capitalised(metric.Name));
        foreach (var result in results)
            table.AddColumn(new TableColumn(new Text($"{result.Experiment.Data.Horizon} ahead")).RightAligned());
        var summaries = results.Select(result => result.Summaries.ToDictionary(summary => summary.Id)).ToArray();
        foreach (var model in results[0].Summaries)
            table.AddRow([new Text(Name(model, summaries)), .. summaries.Select(summary => Cell(summary.GetValueOrDefault(model.Id)))]);
        console.Write(table);
    }

    /// <summary>The best models, and so the ensemble, may be others for another horizon.</summary>
    private static string Name(ModelSummary model, IEnumerable<IReadOnlyDictionary<string, ModelSummary>> summaries) =>
        summaries.All(summary => summary.TryGetValue(model.Id, out var other) && other.Name == model.Name) ? model.Name : model.Id;

    private static Text Cell(ModelSummary? summary) => summary is null
        ? new Text("-")
        : new Text(Figures.ErrorWithSpread(summary.Errors[0]), summary.Rank == 1 ? new Style(decoration: Decoration.Bold) : Style.Plain);
}
