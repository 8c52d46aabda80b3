namespace Anyformer.Tasks.Forecasting;

/// <summary>Forecasts of every series of a table.</summary>
/// <param name="IdColumn">The column that tells the series apart; null for a table of one series.</param>
/// <param name="Forecasts">A forecast for every series that is long enough, in the order of the table; at least one.</param>
/// <param name="TooShort">The ids of those that have fewer rows than the lookback.</param>
public sealed record SeriesForecasts(string? IdColumn, IReadOnlyList<Forecast> Forecasts, IReadOnlyList<string> TooShort)
{
    /// <summary>The mean of the forecasts of several models, series by series; see <see cref="Forecast.MeanOf"/>.</summary>
    /// <exception cref="UserException">The forecasts are of other times or variates.</exception>
    public static SeriesForecasts MeanOf(IReadOnlyList<SeriesForecasts> models)
    {
        var tooShort = models.SelectMany(model => model.TooShort).Distinct().ToArray();
        var bySeries = models.SelectMany(model => model.Forecasts).Where(forecast => forecast.Id is null || !tooShort.Contains(forecast.Id))
            .GroupBy(forecast => forecast.Id);
        return new SeriesForecasts(models[0].IdColumn, [.. bySeries.Select(forecasts => Forecast.MeanOf([.. forecasts]))], tooShort);
    }
}
