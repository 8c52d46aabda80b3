namespace Anyformer.Comparison;

/// <summary>What was run, on which data and machine, and what it is measured by: everything about a run but its results.</summary>
public sealed record Experiment
{
    /// <summary>The headline of the report.</summary>
    public required string Title { get; init; }

    /// <summary>The command line that repeats the experiment.</summary>
    public required string Command { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took altogether, in seconds.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>The machine and the software that ran it.</summary>
    public required IReadOnlyList<Fact> Machine { get; init; }

    /// <summary>The data.</summary>
    public required DataDescription Data { get; init; }

    /// <summary>What each model was allowed, such as <c>at most 10 epochs or 120 s</c>.</summary>
    public required string Budget { get; init; }

    /// <summary>The seeds that each model was trained with.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>The errors that were measured, at least one; the first ranks the models.</summary>
    public required IReadOnlyList<ErrorMetric> Metrics { get; init; }

    /// <summary>What throughput counts, in the plural: <c>windows</c>, <c>images</c>, <c>sentences</c>.</summary>
    public required string ItemName { get; init; }
}
