using System.Globalization;
using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>The tables of figures in a report. Cells carry their number, so that the page can sort by it.</summary>
internal static class ResultTables
{
    /// <summary>A row for each model, best first, with <paramref name="columns"/>; failed models below, with their reason.</summary>
    public static Html Models(string caption, IReadOnlyList<ModelSummary> summaries, IReadOnlyList<ResultColumn> columns)
    {
        var finished = summaries.Where(summary => summary.Failure is null).ToArray();
        var failed = summaries.Where(summary => summary.Failure is not null);
        var best = columns.Select(column => column.Best(finished)).ToArray();
        return Html.Of($"""
            <div class="scroll" role="region" aria-label="{caption}" tabindex="0">
            <table class="sortable">
            <caption>{caption}</caption>
            <thead><tr>
            <th scope="col"><button>#</button></th>
            <th scope="col" class="name"><button>Model</button></th>
            {columns.Select(Heading)}
            </tr></thead>
            <tbody>{finished.Select(summary => Row(summary, columns, best))}</tbody>
            <tbody class="failed">{failed.Select(summary => FailedRow(summary, columns.Count))}</tbody>
            </table>
            </div>
            """);
    }

    /// <summary>The figures of one model, as a list of names and values.</summary>
    public static Html Values(ModelSummary summary, IEnumerable<ResultColumn> columns)
    {
        var figures = columns.Select(column =>
        {
            var (mean, spread) = Parts(column.Format(column.Figure(summary)));
            return Html.Of($"""
                <div title="{column.Explanation}"><dt>{column.Title} {column.Unit}</dt>
                <dd>{mean}<span class="spread">{spread}</span></dd></div>
                """);
        });
        return Html.Of($"""<dl class="figures">{figures}</dl>""");
    }

    /// <summary>A row for each model and seed, with every error.</summary>
    public static Html Seeds(ComparisonResult result)
    {
        var metrics = result.Experiment.Metrics;
        var rows = result.Models.SelectMany(model => model.Seeds.Select(seed => Html.Of($"""
            <tr><th scope="row" class="name">{model.Name}</th><td>{seed.Seed.ToString(CultureInfo.InvariantCulture)}</td>
            <td>{Figures.Whole(seed.Steps)}</td><td>{Figures.Measure(seed.Epochs)}</td><td>{Figures.Duration(seed.TrainingSeconds)}</td>
            {metrics.Select(metric => Html.Of($"<td>{Figures.ErrorWithSpread(metric, metric.Shown(new(seed.ErrorOf(metric), double.NaN, 1)))}</td>"))}</tr>
            """)));
        return Html.Of($"""
            <div class="scroll" role="region" aria-label="Each seed" tabindex="0">
            <table>
            <thead><tr><th scope="col" class="name">Model</th><th scope="col">Seed</th><th scope="col">Steps</th>
            <th scope="col">Epochs</th><th scope="col">Training time</th>
            {metrics.Select(metric => Html.Of(
                $"""<th scope="col" title="{metric.Explanation}">{ResultColumn.Capitalised(metric.ShownName)}</th>"""))}
            </tr></thead>
            <tbody>{rows}</tbody>
            </table>
            </div>
            """);
    }

    private static Html Heading(ResultColumn column) => Html.Of(
        $"""<th scope="col" title="{column.Explanation}"><button>{column.Title}<small>{column.Unit}</small></button></th>""");

    private static Html Row(ModelSummary summary, IReadOnlyList<ResultColumn> columns, double[] best)
    {
        var star = summary.OnParetoFront
            ? Html.Of($"""<span class="star" title="On the Pareto front" role="img" aria-label="on the Pareto front">★</span>""")
            : default;
        var cells = columns.Select((column, index) => Cell(column, column.Figure(summary), best[index]));
        return Html.Of($"""
            <tr data-model="{summary.Id}">
            <td data-value="{summary.Rank ?? double.NaN}">{summary.Rank?.ToString(CultureInfo.InvariantCulture) ?? Figures.Undefined}</td>
            <th scope="row" class="name">{summary.Name}{star}</th>{cells}</tr>
            """);
    }

    private static Html Cell(ResultColumn column, Statistic figure, double best)
    {
        var (mean, spread) = Parts(column.Format(figure));
        var text = figure.Mean == best ? Html.Of($"<strong>{mean}</strong>") : Html.Of($"{mean}");
        return Html.Of($"""<td data-value="{figure.Mean}">{text}<span class="spread">{spread}</span></td>""");
    }

    private static (string Mean, string Spread) Parts(string text)
    {
        var cut = text.IndexOf(" ±", StringComparison.Ordinal);
        return cut < 0 ? (text, "") : (text[..cut], text[cut..]);
    }

    private static Html FailedRow(ModelSummary summary, int columns) => Html.Of($"""
        <tr data-model="{summary.Id}"><td>{Figures.Undefined}</td><th scope="row" class="name">{summary.Name}</th>
        <td colspan="{columns}" class="reason"><b>Failed.</b> {summary.Failure}</td></tr>
        """);
}
