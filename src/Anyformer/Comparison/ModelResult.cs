namespace Anyformer.Comparison;

/// <summary>What came out for one model: a result for each seed, or the reason why there is none.</summary>
public sealed record ModelResult
{
    /// <summary>The identifier of the model in the catalog, unique in a comparison.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the model as its authors write it.</summary>
    public required string Name { get; init; }

    /// <summary>Why the model has no result, in one sentence; null when it finished.</summary>
    public string? Failure { get; init; }

    /// <summary>Trainable parameters; null when the model could not be built.</summary>
    public long? Parameters { get; init; }

    /// <summary>A result for each seed that finished.</summary>
    public required IReadOnlyList<SeedResult> Seeds { get; init; }
}
