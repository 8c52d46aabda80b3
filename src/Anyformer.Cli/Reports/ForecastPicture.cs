using Anyformer.Comparison;
using Anyformer.Tasks.Forecasting;

namespace Anyformer.Cli.Reports;

/// <summary>The picture of <c>anyformer predict</c>: history, forecast and intervals in one HTML file that opens offline.</summary>
internal static class ForecastPicture
{
    private const string Model = "forecast";
    private const int MostPictures = 12;

    /// <summary>Writes the picture to <paramref name="path"/>; an older one is replaced whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<Forecast> forecasts, IReadOnlyList<string> runs, string command) =>
        ReportPage.Write(path, Render(forecasts, runs, command));

    /// <summary>The page.</summary>
    public static string Render(IReadOnlyList<Forecast> forecasts, IReadOnlyList<string> runs, string command)
    {
        var result = new ComparisonResult
        {
            Experiment = Experiment(forecasts, runs, command),
            Models = [new ModelResult { Id = Model, Name = "forecast", Seeds = [] }],
            Forecasts = [.. forecasts.SelectMany(forecast => forecast.Variates.Select((_, variate) => Sample(forecast, variate)))
                .Take(Math.Max(MostPictures, forecasts[0].Variates.Count))],
        };
        return ReportPage.Render(result, Html.Of($"""
            <header>
            <p class="kind">Anyformer forecast</p>
            <h1>{result.Experiment.Title}</h1>
            </header>
            <main>
            {ReportSections.Forecasts(result.Forecasts, "Forecast", "The history in grey, the forecast in colour, its prediction intervals shaded.")}
            <section><h2>Reproduction</h2><pre><code>{command}</code></pre></section>
            </main>
            """));
    }

    private static Experiment Experiment(IReadOnlyList<Forecast> forecasts, IReadOnlyList<string> runs, string command) => new()
    {
        Title = $"{forecasts[0].Times.Count} steps of {forecasts[0].Variates.Count} variates from {forecasts[0].Times[0]:yyyy-MM-dd HH:mm} on, "
            + $"{(forecasts.Count > 1 ? $"the first of {forecasts.Count} series, " : "")}by {string.Join(", ", runs.Select(Path.GetFileName))}",
        Command = command,
        StartedAt = DateTimeOffset.Now,
        DurationSeconds = 0,
        Machine = [],
        Data = new DataDescription { Source = "", Rows = forecasts[0].HistoryTimes.Count, Splits = [] },
        Budget = "",
        Seeds = [],
        Metrics = ForecastErrors.All,
        ItemName = "windows",
    };

    private static ForecastSample Sample(Forecast forecast, int variate)
    {
        double[] Column(double[] values) => [.. values.Where((_, i) => i % forecast.Variates.Count == variate)];
        return new ForecastSample
        {
            Variate = forecast.Id is null ? forecast.Variates[variate] : $"{forecast.Variates[variate]} of {forecast.Id}",
            HistoryTimes = [.. forecast.HistoryTimes.Select(time => time.ToString("s"))],
            History = Column(forecast.History),
            TruthTimes = [.. forecast.Times.Select(time => time.ToString("s"))],
            Truth = [],
            Predictions = [new ModelForecast(Model, Column(forecast.Values))
            {
                Lower = forecast.Bounds is { } lower ? Column(lower.Lower) : null,
                Upper = forecast.Bounds is { } upper ? Column(upper.Upper) : null,
            }],
        };
    }
}
