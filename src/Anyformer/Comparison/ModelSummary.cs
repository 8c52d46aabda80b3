namespace Anyformer.Comparison;

/// <summary>A row of the comparison: one model, its figures taken over seeds, its rank, and whether it is on the Pareto front.</summary>
public sealed record ModelSummary
{
    /// <summary>The <see cref="ModelResult.Id"/> of the model.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>The place by the ranking error, from 1; null for a model that failed or whose ranking error is undefined.</summary>
    public required int? Rank { get; init; }

    /// <summary>Whether no other model is better in one of ranking error and latency and at least as good in the other.</summary>
    public required bool OnParetoFront { get; init; }

    /// <summary>Why the model has no figures; null when it has.</summary>
    public required string? Failure { get; init; }

    /// <summary>Trainable parameters; null when the model could not be built.</summary>
    public required long? Parameters { get; init; }

    /// <summary>The errors, in the order of <see cref="Experiment.Metrics"/>.</summary>
    public required IReadOnlyList<Statistic> Errors { get; init; }

    /// <summary>The share of held-out values that lie in their prediction intervals.</summary>
    public required Statistic IntervalCoverage { get; init; }

    /// <summary>Training time, in seconds.</summary>
    public required Statistic TrainingSeconds { get; init; }

    /// <summary>Items trained on in a second.</summary>
    public required Statistic TrainingThroughput { get; init; }

    /// <summary>Optimiser steps taken in a second.</summary>
    public required Statistic StepsPerSecond { get; init; }

    /// <summary>The median time of one item alone, in milliseconds.</summary>
    public required Statistic LatencyMilliseconds { get; init; }

    /// <summary>Items answered in a second, in full batches.</summary>
    public required Statistic InferenceThroughput { get; init; }

    /// <summary>The most memory the training held, in bytes.</summary>
    public required Statistic PeakMemoryBytes { get; init; }

    /// <summary>The mean of the error that ranks.</summary>
    internal double RankingError => Errors[0].Mean;

    /// <summary>The figures of <paramref name="model"/>, not yet ranked.</summary>
    internal static ModelSummary Of(ModelResult model, IReadOnlyList<ErrorMetric> metrics)
    {
        Statistic Over(Func<SeedResult, double> figure) => Statistic.Of(model.Seeds.Select(figure));
        return new()
        {
            Id = model.Id,
            Name = model.Name,
            Rank = null,
            OnParetoFront = false,
            Failure = model.Failure,
            Parameters = model.Parameters,
            Errors = [.. metrics.Select(metric => Over(seed => seed.ErrorOf(metric)))],
            IntervalCoverage = Over(seed => seed.IntervalCoverage),
            TrainingSeconds = Over(seed => seed.TrainingSeconds),
            TrainingThroughput = Over(seed => seed.TrainingThroughput),
            StepsPerSecond = Over(seed => seed.StepsPerSecond),
            LatencyMilliseconds = Over(seed => seed.LatencyMilliseconds),
            InferenceThroughput = Over(seed => seed.InferenceThroughput),
            PeakMemoryBytes = Over(seed => seed.PeakMemoryBytes),
        };
    }
}
