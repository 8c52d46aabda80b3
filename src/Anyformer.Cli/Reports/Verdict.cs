using System.Globalization;
using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>What a comparison comes down to, in plain sentences made from its figures.</summary>
internal static class Verdict
{
    /// <summary>Which model to take, what a faster one costs, and how far the lead can be trusted.</summary>
    public static string Of(ComparisonResult result)
    {
        var summaries = result.Summaries;
        var ranked = summaries.Where(summary => summary.Rank is not null).ToArray();
        if (ranked.Length == 0)
            return $"No model has a result.{Failures(summaries)}";
        var metric = result.Experiment.Metrics[0];
        var error = $"{metric.ShownName} {Figures.ErrorWithSpread(metric, metric.Shown(ranked[0].Errors[0]))}";
        var choice = ranked.Length == 1
            ? $"Only {ranked[0].Name} has a result: {error}"
            : $"Take {ranked[0].Name}: best {error}";
        return $"{choice}{Alternative(ranked)}.{Caveat(ranked)}{Failures(summaries)}";
    }

    /// <summary>The fastest model of the Pareto front beside the winner: how much faster it is and what that costs.</summary>
    private static string Alternative(ModelSummary[] ranked)
    {
        var winner = ranked[0];
        if (ranked.Length == 1 || !double.IsFinite(winner.LatencyMilliseconds.Mean))
            return "";
        var fastest = ranked.Where(model => model.OnParetoFront).MinBy(model => model.LatencyMilliseconds.Mean)!;
        if (fastest.LatencyMilliseconds.Mean >= winner.LatencyMilliseconds.Mean)
            return ", and no other model is faster";
        var speed = winner.LatencyMilliseconds.Mean / fastest.LatencyMilliseconds.Mean;
        var pace = speed < 1.1 ? "slightly faster" : $"{Short(speed)} times as fast";
        return $"; {fastest.Name} is {pace} {Price(winner.Errors[0].Mean, fastest.Errors[0].Mean)}";
    }

    private static string Price(double lowest, double error)
    {
        var percent = 100 * (error - lowest) / lowest;
        return percent switch
        {
            >= 0.05 and < 1000 => $"at {Short(percent)} % more error",
            >= 0 and < 0.05 => "at less than 0.1 % more error",
            _ => $"at an error of {Figures.Error(error)}",
        };
    }

    /// <summary>Whether the winner's lead is more than the spread over seeds.</summary>
    private static string Caveat(ModelSummary[] ranked)
    {
        if (ranked.Length == 1)
            return "";
        var (first, second) = (ranked[0].Errors[0], ranked[1].Errors[0]);
        if (first.Count < 2 || second.Count < 2)
            return " Measured with one seed, so small differences may be chance.";
        return first.Mean + first.StandardDeviation >= second.Mean - second.StandardDeviation
            ? $" Its lead over {ranked[1].Name} is within the spread over seeds."
            : "";
    }

    private static string Failures(IReadOnlyList<ModelSummary> summaries)
    {
        var failed = summaries.Count(summary => summary.Failure is not null);
        return failed == 0 ? "" : $" {failed} of {summaries.Count} models failed.";
    }

    private static string Short(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
