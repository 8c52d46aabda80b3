using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>The report of <c>anyformer compare</c>: one HTML file that opens offline.</summary>
internal static class ComparisonReport
{
    /// <summary>Writes the report to <paramref name="path"/>; an older one is replaced whole or not at all.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, ComparisonResult result) => ReportPage.Write(path, Render(result));

    /// <summary>The page.</summary>
    public static string Render(ComparisonResult result)
    {
        var experiment = result.Experiment;
        return ReportPage.Render(result, Html.Of($"""
            {ReportSections.Header(experiment, "comparison", Verdict.Of(result))}
            <main>
            {Results(result)}
            {EffectTable.Section(result)}
            {Tradeoff(result)}
            {ReportSections.LearningCurves(result.Models)}
            {ConfusionSections.Of(result.Confusions)}
            {TextSections.Of(result.Texts)}
            {ReportSections.Forecasts(result.Forecasts)}
            {ReportSections.Reproduction(experiment)}
            </main>
            """));
    }

    private static Html Results(ComparisonResult result)
    {
        var experiment = result.Experiment;
        var summaries = result.Summaries;
        var spread = experiment.Seeds.Count > 1
            ? $" Figures are means over {experiment.Seeds.Count} seeds; ± is the sample standard deviation."
            : "";
        return ReportSections.Section(
            "Results",
            $"Ranked by {experiment.Metrics[0].ShownName}, {(experiment.Metrics[0].Accuracy is null ? "lower" : "higher")} is better.{spread} The best of each column is bold; ★ is the Pareto front.",
            Html.Of($"""
                {ResultTables.Models("Errors and costs", summaries, ResultColumn.Overview(summaries, experiment))}
                <details><summary>Every error</summary>
                {ResultTables.Models("Every error", summaries, [.. ResultColumn.Errors(experiment)])}</details>
                <details><summary>Every seed</summary>{ResultTables.Seeds(result)}</details>
                """));
    }

    private static Html Tradeoff(ComparisonResult result)
    {
        if (result.Summaries.All(summary => summary.Rank is null))
            return default;
        return ReportSections.Section(
            "Error against latency",
            "Lower and further left is better. The line is the Pareto front: for every other model there is one on the line that is " +
            "at least as good in both and better in one. Click a name to hide that model in every chart.",
            ReportSections.Chart(
                "pareto", $"{ResultColumn.Capitalised(result.Experiment.Metrics[0].Name)} against latency, a point for each model"));
    }
}
