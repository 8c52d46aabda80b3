using Anyformer.Comparison.Ablation;
using Anyformer.Comparison.Texts;

namespace Anyformer.Comparison;

/// <summary>Everything that a comparison found out; the report, the terminal table and <c>--json</c> are three views of it.</summary>
public sealed record ComparisonResult
{
    /// <summary>What was run.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>The result of each model, in the order they were run.</summary>
    public required IReadOnlyList<ModelResult> Models { get; init; }

    /// <summary>Forecasts beside the truth for chosen variates; empty for other tasks.</summary>
    public required IReadOnlyList<ForecastSample> Forecasts { get; init; }

    /// <summary>What classifiers take for what; empty for other tasks.</summary>
    public IReadOnlyList<Confusion> Confusions { get; init; } = [];

    /// <summary>What models wrote; empty for other tasks.</summary>
    public IReadOnlyList<TextSample> Texts { get; init; } = [];

    /// <summary>What single values of an ablation do; empty for other comparisons.</summary>
    public IReadOnlyList<Effect> Effects { get; init; } = [];

    /// <summary>
    /// A row for each model: ranked models first, by rising mean of the first metric, ties by latency, then by identifier;
    /// then those whose error is undefined; failed ones last.
    /// </summary>
    public IReadOnlyList<ModelSummary> Summaries => Rank(Models.Select(model => ModelSummary.Of(model, Experiment.Metrics)));

    private static ModelSummary[] Rank(IEnumerable<ModelSummary> summaries)
    {
        var ordered = summaries
            .OrderBy(summary => summary.Failure is not null)
            .ThenBy(summary => UndefinedLast(summary.RankingError))
            .ThenBy(summary => UndefinedLast(summary.LatencyMilliseconds.Mean))
            .ThenBy(summary => summary.Id, StringComparer.Ordinal)
            .ToArray();
        var ranked = ordered.Where(summary => summary.Failure is null && double.IsFinite(summary.RankingError)).ToArray();
        var front = ParetoFront.Of(ranked, summary => summary.RankingError, summary => summary.LatencyMilliseconds.Mean);
        return [.. ordered.Select((summary, place) =>
            place < ranked.Length ? summary with { Rank = place + 1, OnParetoFront = front.Contains(summary) } : summary)];
    }

    private static double UndefinedLast(double value) => double.IsFinite(value) ? value : double.PositiveInfinity;
}
