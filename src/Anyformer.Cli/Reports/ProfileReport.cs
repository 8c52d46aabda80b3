using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anyformer.Comparison;
using Anyformer.Inspection.Profiling;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>A profile of a training step as tables, as JSON, and as a page with a flame picture.</summary>
/// <param name="Title">What was trained.</param>
/// <param name="Command">How this was made.</param>
/// <param name="Machine">On what.</param>
/// <param name="Profile">What was measured.</param>
internal sealed record ProfileReport(string Title, string Command, IReadOnlyList<Fact> Machine, StepProfile Profile)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        WriteIndented = true,
    };

    private static readonly string[] s_operatorHeadings = ["ms", "share", "calls", "allocated", "touched", "GFLOP", "of peak"];

    private static readonly string[] s_moduleHeadings = ["forward ms", "backward ms", "share", "allocated", "touched", "GFLOP", "of peak"];

    /// <summary>Everything that was measured, but for the tree of the picture.</summary>
    public string Json() => JsonSerializer.Serialize(this, s_json);

    /// <summary>What a step takes, its operators, and its modules, for a terminal.</summary>
    public Table[] Tables(int rows) =>
    [
        Facts().Aggregate(new Table().Border(TableBorder.Simple).Title($"A training step: {Markup.Escape(Title)}").HideHeaders().AddColumns("", ""),
            static (table, fact) => table.AddRow(Markup.Escape(fact.Label), Markup.Escape(fact.Value))),
        Filled("operator", s_operatorHeadings, Profile.Operators.Take(rows).Select(Row)),
        Filled("module", s_moduleHeadings, Profile.Modules.Take(rows).Select(Row)),
    ];

    /// <summary>A page that opens offline.</summary>
    public string Page() => ReportPage.Render($"Profile of {Title}", Json(), Html.Of($"""
        <header><p class="kind">Anyformer profile</p><h1>{Title}</h1>{ReportSections.Facts("strip", Facts())}</header>
        <main>
        {ReportSections.Section("Where a step goes", "Below each frame what it called, as wide as the time it took. Modules blue, operators orange, functions in C# green, nodes of the backward pass violet.", FlamePicture.Draw(Profile))}
        {ReportSections.Section("Operators", "Without what they called. Of peak: the least time this machine could take for the products and for the memory touched, as a share of the time it took.", HtmlTable("Operator", s_operatorHeadings, Profile.Operators.Select(Row)))}
        {ReportSections.Section("Modules", "With everything below them.", HtmlTable("Module", s_moduleHeadings, Profile.Modules.Select(Row)))}
        {ReportSections.Section("Reproduction", "", Html.Of($"<pre><code>{Command}</code></pre>{ReportSections.Facts("list", Machine)}"))}
        </main>
        """));

    private static Table Filled(string first, string[] headings, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }

    private static Html HtmlTable(string first, string[] headings, IEnumerable<string[]> rows) => Html.Of($"""
        <div class="scroll"><table><thead><tr><th class="name">{first}</th>{headings.Select(heading => Html.Of($"<th>{heading}</th>"))}</tr></thead>
        <tbody>{rows.Select(row => Html.Of($"<tr><th class=\"name\">{row[0]}</th>{row.Skip(1).Select(cell => Html.Of($"<td>{cell}</td>"))}</tr>"))}</tbody></table></div>
        """);

    private static string[] Row(OperatorCost cost) =>
    [
        cost.Name, Milliseconds(cost.Seconds), Figures.Share(cost.Share), Figures.Measure(cost.Calls), Bytes(cost.Allocated), Bytes(cost.Touched),
        Billions(cost.Operations), PeakShare(cost.ShareOfPeak),
    ];

    private static string[] Row(ModuleCost cost) =>
    [
        $"{(cost.Path.Length == 0 ? "(model)" : cost.Path)} {cost.Type}", Milliseconds(cost.ForwardSeconds), Milliseconds(cost.BackwardSeconds), Figures.Share(cost.Share),
        Bytes(cost.Allocated), Bytes(cost.Touched), Billions(cost.Operations), PeakShare(cost.ShareOfPeak),
    ];

    private static string Milliseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{1000 * seconds:0.000}");

    private static string Bytes(double bytes) => bytes == 0 ? Figures.Undefined : Figures.Bytes(bytes);

    private static string Billions(double operations) =>
        operations == 0 ? Figures.Undefined : string.Create(CultureInfo.InvariantCulture, $"{operations / 1e9:0.000}");

    private static string PeakShare(double? share) => share is { } known ? Figures.Share(known) : Figures.Undefined;

    private IEnumerable<Fact> Facts()
    {
        var gigas = Profile.Operations / Profile.SecondsUnrecorded / 1e9;
        yield return new("step", $"{Milliseconds(Profile.SecondsUnrecorded)} ms ({Milliseconds(Profile.Seconds)} ms while it was recorded)");
        foreach (var phase in Profile.Phases)
            yield return new(phase.Name, $"{Milliseconds(phase.Seconds)} ms, {Figures.Share(phase.Share)}");
        yield return new("tensors allocated", $"{Figures.Whole(Profile.Allocations)}, {Figures.Bytes(Profile.Allocated)}");
        yield return new("managed memory", Figures.Bytes(Profile.ManagedBytes));
        yield return new("products", $"{Billions(Profile.Operations)} GFLOP, {Figures.Measure(gigas)} GFLOP/s, {Figures.Share(Profile.ShareOfPeak)} of the machine's peak");
        yield return new("peak", $"{Figures.Measure(Profile.Peak.OperationsPerSecond / 1e9)} GFLOP/s, {Figures.Measure(Profile.Peak.BytesPerSecond / 1e9)} GB/s, {Profile.Peak.Threads} threads, vectors of {Profile.Peak.VectorBits} bits");
    }
}
