using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>The report of <c>anyformer train</c>: one HTML file that opens offline.</summary>
internal static class TrainReport
{
    /// <summary>Writes the report to <paramref name="path"/>; an older one is replaced whole or not at all.</summary>
    /// <param name="path">The HTML file.</param>
    /// <param name="result">What came out, of the one model.</param>
    /// <param name="recipe">The text of the recipe.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, ComparisonResult result, string recipe) => ReportPage.Write(path, Render(result, recipe));

    /// <summary>The page.</summary>
    public static string Render(ComparisonResult result, string recipe)
    {
        var (experiment, model) = (result.Experiment, result.Models.Single());
        return ReportPage.Render(result, Html.Of($"""
            {ReportSections.Header(experiment, "training run", Outcome(experiment, model, result.Summaries[0]))}
            <main>
            {Results(result)}
            {ReportSections.LearningCurves(result.Models)}
            {ReportSections.Forecasts(result.Forecasts)}
            {ConfusionSections.Of(result.Confusions)}
            {TextSections.Of(result.Texts)}
            {ReportSections.Reproduction(experiment, recipe)}
            </main>
            """));
    }

    private static string Outcome(Experiment experiment, ModelResult model, ModelSummary summary)
    {
        if (model.Failure is { } failure)
            return $"{model.Name} failed: {failure}";
        var errors = experiment.Metrics.Take(2).Zip(summary.Errors, (metric, error) => $"{metric.ShownName} {Figures.ErrorWithSpread(metric, metric.Shown(error))}");
        return $"{model.Name}: {string.Join(", ", errors)}, trained in {Figures.Duration(summary.TrainingSeconds.Mean)}.";
    }

    private static Html Results(ComparisonResult result) => ReportSections.Section(
        "Results",
        "Errors are lower for a better model.",
        Html.Of($"""
            {ResultTables.Values(result.Summaries[0], ResultColumn.Errors(result.Experiment))}
            {ResultTables.Values(result.Summaries[0], ResultColumn.Intervals(result.Summaries))}
            {ResultTables.Values(result.Summaries[0], ResultColumn.Costs(result.Experiment))}
            <details><summary>Every seed</summary>{ResultTables.Seeds(result)}</details>
            """));
}
