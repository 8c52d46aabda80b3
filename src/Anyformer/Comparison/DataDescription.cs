namespace Anyformer.Comparison;

/// <summary>The data that every model of an experiment was given.</summary>
public sealed record DataDescription
{
    /// <summary>The file, folder or name of the data set.</summary>
    public required string Source { get; init; }

    /// <summary>Rows (time steps, images, sentences) before splitting.</summary>
    public required long Rows { get; init; }

    /// <summary>The parts the rows were split into, in order.</summary>
    public required IReadOnlyList<DataSplit> Splits { get; init; }

    /// <summary>Variates of a time series; null for other data.</summary>
    public int? Variates { get; init; }

    /// <summary>The time between two rows of a time series, such as <c>1 hour</c>; null when unknown or for other data.</summary>
    public string? Frequency { get; init; }

    /// <summary>Time steps that a forecaster sees; null for other tasks.</summary>
    public int? LookBack { get; init; }

    /// <summary>Positions of a sequence that is classified; null for other tasks.</summary>
    public int? Tokens { get; init; }

    /// <summary>The share of the most frequent class among the test rows: the accuracy of always saying it; null for other tasks.</summary>
    public double? MajorityShare { get; init; }

    /// <summary>Time steps that a forecaster predicts; null for other tasks.</summary>
    public int? Horizon { get; init; }
}

/// <summary>One part of the data.</summary>
/// <param name="Name">Its name: <c>train</c>, <c>validation</c> or <c>test</c>.</param>
/// <param name="Rows">How many rows it holds.</param>
public sealed record DataSplit(string Name, long Rows);
