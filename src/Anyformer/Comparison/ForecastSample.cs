namespace Anyformer.Comparison;

/// <summary>One variate in one test window, on its original scale: what the models saw, what came, and what they said would come.</summary>
public sealed record ForecastSample
{
    /// <summary>The name of the variate.</summary>
    public required string Variate { get; init; }

    /// <summary>The times of <see cref="History"/>: ISO 8601 (<c>2018-03-01T05:00:00</c>), or row numbers for lack of times.</summary>
    public required IReadOnlyList<string> HistoryTimes { get; init; }

    /// <summary>The values before the forecast.</summary>
    public required IReadOnlyList<double> History { get; init; }

    /// <summary>The times of <see cref="Truth"/> and of every prediction, in the form of <see cref="HistoryTimes"/>.</summary>
    public required IReadOnlyList<string> TruthTimes { get; init; }

    /// <summary>The values that came.</summary>
    public required IReadOnlyList<double> Truth { get; init; }

    /// <summary>What each model said would come, from its best seed.</summary>
    public required IReadOnlyList<ModelForecast> Predictions { get; init; }
}

/// <summary>The prediction of one model.</summary>
/// <param name="ModelId">The <see cref="ModelResult.Id"/> of the model.</param>
/// <param name="Values">A value for each of <see cref="ForecastSample.TruthTimes"/>.</param>
public sealed record ModelForecast(string ModelId, IReadOnlyList<double> Values)
{
    /// <summary>The lower bounds of its prediction intervals; null when it has none.</summary>
    public IReadOnlyList<double>? Lower { get; init; }

    /// <summary>The upper bounds of its prediction intervals; null when it has none.</summary>
    public IReadOnlyList<double>? Upper { get; init; }
}
