using System.Globalization;
using Anyformer.Comparison;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Anyformer.Cli.Reports;

/// <summary>
/// The comparison on the terminal: ranked, with the Pareto front marked and the best of each column emphasised. A narrow terminal
/// gets the weightiest columns; what is not a terminal gets them all.
/// </summary>
internal static class ComparisonTable
{
    private const string Star = "★";
    private const int Gap = 2;
    private const int Unbounded = 400;

    public static void Render(IAnsiConsole console, ComparisonResult result)
    {
        var profile = console.Profile;
        var width = profile.Width;
        var terminal = profile.Out.IsTerminal;
        if (!terminal)
            profile.Width = Unbounded;
        try
        {
            Write(console, result, profile.Width);
        }
        finally
        {
            if (!terminal)
                profile.Width = width;
        }
    }

    private static void Write(IAnsiConsole console, ComparisonResult result, int width)
    {
        var summaries = result.Summaries;
        var shown = summaries.Where(summary => summary.Failure is null).ToArray();
        IEnumerable<ResultColumn> columns =
            [.. ResultColumn.Errors(result.Experiment), .. ResultColumn.Intervals(shown), .. ResultColumn.Costs(result.Experiment)];
        if (shown.Length > 0)
            console.Write(Table(console, shown, Fitting([.. columns], shown, width - NameWidth(shown))));
        foreach (var failed in summaries.Where(summary => summary.Failure is not null))
            console.Write(FailedRow(console, failed, NameWidth(summaries)));
        console.WriteLine();
        if (shown.Any(summary => summary.OnParetoFront))
            console.WriteLine(Printable(console, $"{Star} on the Pareto front: no other model has both a lower error and a lower latency"));
        console.WriteLine(Printable(console, Verdict.Of(result)));
    }

    private static Table Table(IAnsiConsole console, IReadOnlyList<ModelSummary> models, IReadOnlyList<ResultColumn> columns)
    {
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Simple : TableBorder.None };
        table.AddColumn(Heading("#").RightAligned()).AddColumn(Heading("Model"));
        foreach (var column in columns)
            table.AddColumn(Heading(column.Unit.Length == 0 ? column.Title : $"{column.Title}\n{column.Unit}").RightAligned());
        var best = columns.Select(column => column.Best(models)).ToArray();
        foreach (var model in models)
            table.AddRow([Cell(console, Rank(model)), Cell(console, Name(model), model.Rank == 1), .. columns.Select(Figure(model))]);
        return table;

        Func<ResultColumn, int, Text> Figure(ModelSummary model) => (column, index) =>
            Cell(console, column.Format(column.Figure(model)), column.Figure(model).Mean == best[index]);
    }

    /// <summary>The columns that fit <paramref name="width"/>, without those of least weight.</summary>
    private static List<ResultColumn> Fitting(List<ResultColumn> columns, IReadOnlyList<ModelSummary> models, int width)
    {
        while (columns.Count > 1 && columns.Sum(column => Width(column, models) + Gap) > width)
            columns.RemoveAt(columns.FindLastIndex(column => column.Weight == columns.Min(other => other.Weight)));
        return columns;
    }

    private static int Width(ResultColumn column, IReadOnlyList<ModelSummary> models) => models
        .Select(model => column.Format(column.Figure(model)))
        .Append(column.Title).Append(column.Unit)
        .Max(Cells);

    /// <summary>The cells that rank and name take, with the table's two edges.</summary>
    private static int NameWidth(IReadOnlyList<ModelSummary> models) =>
        2 + models.Count.ToString(CultureInfo.InvariantCulture).Length + Gap + models.Max(model => Cells(Name(model))) + Gap;

    private static Grid FailedRow(IAnsiConsole console, ModelSummary model, int nameWidth)
    {
        var grid = new Grid()
            .AddColumn(new GridColumn().Width(nameWidth).PadLeft(1).PadRight(1).NoWrap())
            .AddColumn(new GridColumn().PadRight(0));
        return grid.AddRow(Cell(console, $" {Figures.Undefined}  {model.Name}"), Cell(console, $"failed: {model.Failure}"));
    }

    private static string Rank(ModelSummary model) => model.Rank?.ToString(CultureInfo.InvariantCulture) ?? Figures.Undefined;

    private static string Name(ModelSummary model) => model.OnParetoFront ? $"{model.Name} {Star}" : model.Name;

    private static TableColumn Heading(string text) => new TableColumn(new Text(text)).Padding(1, 0, 0, 0).NoWrap();

    private static Text Cell(IAnsiConsole console, string text, bool best = false) =>
        new(Printable(console, text), best ? new Style(decoration: Decoration.Bold) : Style.Plain);

    /// <summary>The text in the characters that the console has.</summary>
    private static string Printable(IAnsiConsole console, string text) => console.Profile.Capabilities.Unicode
        ? text
        : text.Replace(Star, "*", StringComparison.Ordinal).Replace("±", "+-", StringComparison.Ordinal)
            .Replace(Figures.Undefined, "-", StringComparison.Ordinal);

    private static int Cells(string text) => new Segment(text).CellCount();
}
