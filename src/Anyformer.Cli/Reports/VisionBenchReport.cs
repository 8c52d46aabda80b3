using System.Globalization;
using System.Text.Json;
using Anyformer.Comparison;
using Anyformer.Inspection;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>What one model costs at several rates of merging.</summary>
/// <param name="Model">The model and its preset.</param>
/// <param name="Parameters">Its trainable numbers.</param>
/// <param name="Costs">The costs, without merging first.</param>
internal sealed record VisionCosts(string Model, long Parameters, IReadOnlyList<TokenReductionCost> Costs);

/// <summary>The costs of several models as a table and as JSON.</summary>
/// <param name="Setting">What was measured, in words.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Machine">On what.</param>
/// <param name="Models">The models.</param>
internal sealed record VisionBenchReport(string Setting, int Rounds, IReadOnlyList<Fact> Machine, IReadOnlyList<VisionCosts> Models)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Everything that was measured.</summary>
    public string Json() => JsonSerializer.Serialize(this, s_json);

    /// <summary>The table of a terminal.</summary>
    public Table Table()
    {
        var table = new Table().Border(TableBorder.Simple).Title($"Inference, {Setting}").AddColumn("model");
        foreach (var heading in new[] { "parameters", "merged a layer", "images/s", "speed-up", "same class", "memory" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var model in Models)
            foreach (var cost in model.Costs)
                table.AddRow([.. Row(model, cost).Select(Markup.Escape)]);
        return table;
    }

    private static IEnumerable<string> Row(VisionCosts model, TokenReductionCost cost) =>
    [
        model.Model,
        Figures.Count(model.Parameters),
        $"{cost.Merged}",
        Figures.Measure(cost.ImagesPerSecond),
        string.Create(CultureInfo.InvariantCulture, $"{cost.SpeedUp:0.00}x"),
        Figures.Share(cost.Agreement),
        Figures.Bytes(cost.PeakBytes),
    ];
}
