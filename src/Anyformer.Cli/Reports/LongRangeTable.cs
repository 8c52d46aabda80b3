using System.Text;
using Anyformer.Comparison;
using Anyformer.Tasks.Sequences;
using Spectre.Console;

namespace Anyformer.Cli.Reports;

/// <summary>
/// The table of the Long Range Arena: for each mechanism accuracy, steps a second and peak memory, side by side for every task and length. On the terminal and
/// as Markdown.
/// </summary>
internal static class LongRangeTable
{
    private static readonly (string Title, Func<ComparisonResult, ModelSummary, string> Figure)[] s_groups =
    [
        ("Test accuracy", (result, model) => Figures.ShareWithSpread(Accuracy(result, model))),
        ("Steps/s", (_, model) => Figures.Measure(model.StepsPerSecond.Mean)),
        ("Peak memory", (_, model) => Figures.Bytes(model.PeakMemoryBytes.Mean)),
    ];

    /// <summary>Shows the table, and writes it to a file.</summary>
    public static void Write(string path, IAnsiConsole console, IReadOnlyList<(string Name, ComparisonResult Result)> results)
    {
        var rows = Rows(results);
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Simple : TableBorder.None };
        foreach (var heading in rows[0])
            table.AddColumn(new TableColumn(new Text(heading)).NoWrap());
        foreach (var row in rows.Skip(1))
            table.AddRow(row.Select(cell => new Text(cell)));
        console.Write(table);
        foreach (var reason in Reasons(results))
            console.WriteLine(reason);
        AtomicFile.WriteText(path, Markdown(rows, results));
        Terminal.Error.WriteLine($"Table: {path}");
    }

    private static string[][] Rows(IReadOnlyList<(string Name, ComparisonResult Result)> results)
    {
        var summaries = results.Select(item => item.Result.Summaries.ToDictionary(summary => summary.Id)).ToArray();
        string Cell(int place, string id, Func<ComparisonResult, ModelSummary, string> figure) =>
            summaries[place].TryGetValue(id, out var summary) && summary.Failure is null ? figure(results[place].Result, summary) : Figures.Undefined;
        string[] Row(string first, Func<int, int, string> cell) =>
            [first, .. s_groups.SelectMany((_, group) => results.Select((_, place) => cell(group, place)))];
        return
        [
            Row("Mechanism", (group, place) => $"{s_groups[group].Title}\n{results[place].Name}"),
            .. results.SelectMany(item => item.Result.Models).DistinctBy(model => model.Id)
                .Select(model => Row(model.Name, (group, place) => Cell(place, model.Id, s_groups[group].Figure))),
            Row("always the most frequent class", (group, place) =>
                group == 0 ? Figures.Share(results[place].Result.Experiment.Data.MajorityShare ?? double.NaN) : Figures.Undefined),
        ];
    }

    private static Statistic Accuracy(ComparisonResult result, ModelSummary model)
    {
        var metrics = result.Experiment.Metrics;
        var test = metrics.Index().First(item => item.Item.Id == SequenceErrors.TestErrorRate);
        return test.Item.Shown(model.Errors[test.Index]);
    }

    private static IEnumerable<string> Reasons(IReadOnlyList<(string Name, ComparisonResult Result)> results) => results.SelectMany(item => item.Result.Models)
        .Where(model => model.Failure is not null).Select(model => $"{model.Name}: {model.Failure}").Distinct();

    private static string Markdown(string[][] rows, IReadOnlyList<(string Name, ComparisonResult Result)> results)
    {
        var text = new StringBuilder($"`{results[0].Result.Experiment.Command}`\n\n");
        foreach (var (place, row) in rows.Index())
        {
            text.Append($"| {string.Join(" | ", row.Select(cell => cell.Replace("\n", ", ", StringComparison.Ordinal)))} |\n");
            if (place == 0)
                text.Append($"|{string.Concat(Enumerable.Repeat("---|", row.Length))}\n");
        }

        return text.Append('\n').AppendJoin('\n', Reasons(results)).Append('\n').ToString();
    }
}
