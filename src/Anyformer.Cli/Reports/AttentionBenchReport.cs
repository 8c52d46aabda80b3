using System.Globalization;
using System.Text.Json;
using Anyformer.Catalog;
using Anyformer.Comparison;
using Anyformer.Inspection;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>What one mechanism costs at several numbers of tokens.</summary>
/// <param name="Entry">The mechanism.</param>
/// <param name="Costs">The costs, by rising number of tokens.</param>
/// <param name="Stopped">Why longer samples were not tried; null when all were.</param>
internal sealed record AttentionCosts(CatalogEntry Entry, IReadOnlyList<MixerCost> Costs, string? Stopped)
{
    /// <summary>The power of the tokens with which the time of a step grows; null of fewer than two points.</summary>
    public double? TimeExponent => Exponent(cost => cost.StepSeconds);

    /// <summary>The power of the tokens with which the memory of a step grows.</summary>
    public double? MemoryExponent => Costs.All(cost => cost.PeakBytes > 0) ? Exponent(cost => cost.PeakBytes) : null;

    /// <summary>The costs in a line.</summary>
    public string Line => $"{Entry.Id}: {string.Join(", ", Costs.Select(cost => $"{cost.Tokens} tokens {Figures.Measure(1000 * cost.StepSeconds)} ms"))}"
        + (Stopped is null ? "" : $"; {Stopped}");

    private double? Exponent(Func<MixerCost, double> value) =>
        Costs.Count > 1 ? MixerCost.Exponent(Costs.Select(cost => ((double)cost.Tokens, value(cost)))) : null;
}

/// <summary>The costs of several mechanisms as a table, as JSON and as a page with curves.</summary>
/// <param name="Setting">What was measured, in words.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Machine">On what.</param>
/// <param name="Mechanisms">The mechanisms.</param>
internal sealed record AttentionBenchReport(string Setting, int Rounds, IReadOnlyList<Fact> Machine, IReadOnlyList<AttentionCosts> Mechanisms)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    private IEnumerable<int> Tokens => Mechanisms.SelectMany(mechanism => mechanism.Costs.Select(cost => cost.Tokens)).Distinct().Order();

    /// <summary>The table of a terminal: a step's time and memory at every number of tokens, and how both grow.</summary>
    public Table Table()
    {
        var table = new Table().Border(TableBorder.Simple).Title($"Forward and backward, {Setting}: milliseconds, MiB").AddColumn("mechanism");
        foreach (var tokens in Tokens)
            table.AddColumn(new TableColumn($"{tokens}").RightAligned());
        foreach (var heading in new[] { "forward, longest", "time grows", "memory grows", "claimed" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var mechanism in Mechanisms)
            table.AddRow([.. Row(mechanism).Select(Markup.Escape)]);
        foreach (var mechanism in Mechanisms.Where(mechanism => mechanism.Stopped is not null))
            table.Caption($"{table.Caption?.Text}{(table.Caption is null ? "" : "\n")}{mechanism.Entry.Id}: {Markup.Escape(mechanism.Stopped!)}");
        return table;
    }

    /// <summary>Everything that was measured.</summary>
    public string Json() => JsonSerializer.Serialize(Data(), s_json);

    /// <summary>A page with curves that opens offline.</summary>
    public string Page() => ReportPage.Render("Attention against tokens", Json(), Html.Of($"""
        <header><p class="kind">Anyformer benchmark</p><h1>Attention against tokens</h1></header>
        <main>
        <section><h2>Time of a step</h2><p>Forward and backward, {Setting}, median of {Rounds}.</p>
        <figure><div class="chart" data-chart="stepTime"></div></figure></section>
        <section><h2>Memory of a step</h2><p>What a step adds to the resident memory at its most.</p>
        <figure><div class="chart" data-chart="stepMemory"></div></figure></section>
        </main>
        """));

    private object Data() => new
    {
        Setting,
        Rounds,
        Machine,
        Summaries = Mechanisms.Select(mechanism => new
        {
            mechanism.Entry.Id,
            mechanism.Entry.Name,
            mechanism.Entry.Complexity,
            ClaimedExponent = mechanism.Entry.Claims?.Growth,
            mechanism.TimeExponent,
            mechanism.MemoryExponent,
            mechanism.Costs,
            mechanism.Stopped,
        }),
    };

    private IEnumerable<string> Row(AttentionCosts mechanism)
    {
        static string Power(double? exponent) => exponent is { } known ? $"n^{known.ToString("0.00", CultureInfo.InvariantCulture)}" : "–";
        yield return mechanism.Entry.Id;
        foreach (var tokens in Tokens)
            yield return mechanism.Costs.FirstOrDefault(cost => cost.Tokens == tokens) is { } cost
                ? $"{Figures.Measure(1000 * cost.StepSeconds)}, {Figures.Measure(cost.PeakBytes / 1048576.0)}"
                : "–";
        yield return mechanism.Costs is [.., var last] ? $"{Figures.Measure(1000 * last.ForwardSeconds)}" : "–";
        yield return Power(mechanism.TimeExponent);
        yield return Power(mechanism.MemoryExponent);
        yield return Power(mechanism.Entry.Claims?.Growth);
    }
}
