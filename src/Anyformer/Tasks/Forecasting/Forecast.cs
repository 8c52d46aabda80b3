namespace Anyformer.Tasks.Forecasting;

/// <summary>A forecast in the unit of the data.</summary>
/// <param name="Variates">The names of the series.</param>
/// <param name="Times">The times after the end of the history.</param>
/// <param name="Values">(times, variates) in row-major order.</param>
public sealed record Forecast(IReadOnlyList<string> Variates, IReadOnlyList<DateTime> Times, double[] Values)
{
    /// <summary>Which series of several it continues; null for the only one.</summary>
    public string? Id { get; init; }

    /// <summary>Prediction intervals; null where none are known.</summary>
    public ForecastBounds? Bounds { get; init; }

    /// <summary>What the model saw, (times, variates) in row-major order.</summary>
    public double[] History { get; init; } = [];

    /// <summary>The times of <see cref="History"/>.</summary>
    public IReadOnlyList<DateTime> HistoryTimes { get; init; } = [];

    /// <summary>The mean of several forecasts of the same times and variates; of their intervals too where all have them.</summary>
    /// <exception cref="UserException">The forecasts are of other times or variates.</exception>
    public static Forecast MeanOf(IReadOnlyList<Forecast> forecasts)
    {
        var first = forecasts[0];
        if (forecasts.FirstOrDefault(other => other.Id != first.Id || !other.Variates.SequenceEqual(first.Variates) || !other.Times.SequenceEqual(first.Times)) is { } other)
            throw new UserException($"Forecasts can only be joined for the same times and variates, found {Words(first)} and {Words(other)}.");
        double[] Mean(Func<Forecast, double[]> values) =>
            [.. Enumerable.Range(0, first.Values.Length).Select(i => forecasts.Average(forecast => values(forecast)[i]))];
        return first with
        {
            Values = Mean(forecast => forecast.Values),
            Bounds = forecasts.All(forecast => forecast.Bounds is not null)
                ? new ForecastBounds(
                    forecasts.Average(forecast => forecast.Bounds!.Coverage), Mean(forecast => forecast.Bounds!.Lower), Mean(forecast => forecast.Bounds!.Upper))
                : null,
        };
    }

    private static string Words(Forecast forecast) =>
        $"{forecast.Times.Count} steps of {string.Join(", ", forecast.Variates)} from {forecast.Times[0]:s} on";
}

/// <summary>Prediction intervals of a forecast, in the unit of the data.</summary>
/// <param name="Coverage">The share of values that they are made to cover.</param>
/// <param name="Lower">The lower bounds, (times, variates) in row-major order.</param>
/// <param name="Upper">The upper bounds, of the same shape.</param>
public sealed record ForecastBounds(double Coverage, double[] Lower, double[] Upper);
