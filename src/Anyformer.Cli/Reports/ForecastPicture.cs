using Anyformer.Comparison;
using Anyformer.Tasks.Forecasting;

namespace Anyformer.Cli.Reports;

/// <summary>The picture of <c>anyformer predict</c>: history, forecast and intervals in one HTML file that opens offline.</summary>
internal static class ForecastPicture
{
    private const string Model = "forecast";

    /// <summary>Writes the picture to <paramref name="path"/>; an older one is replaced whole or not at all.</summary>
    public static void Write(string path, Forecast forecast, IReadOnlyList<string> runs, string command) =>
        ReportPage.Write(path, Render(forecast, runs, command));

    /// <summary>The page.</summary>
    public static string Render(Forecast forecast, IReadOnlyList<string> runs, string command)
    {
        var result = new ComparisonResult
        {
            Experiment = Experiment(forecast, runs, command),
            Models = [new ModelResult { Id = Model, Name = "forecast", Seeds = [] }],
            Forecasts = [.. forecast.Variates.Select((_, variate) => Sample(forecast, variate))],
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

    private static Experiment Experiment(Forecast forecast, IReadOnlyList<string> runs, string command) => new()
    {
        Title = $"{forecast.Times.Count} steps of {forecast.Variates.Count} variates from {forecast.Times[0]:yyyy-MM-dd HH:mm} on, by {string.Join(", ", runs.Select(Path.GetFileName))}",
        Command = command,
        StartedAt = DateTimeOffset.Now,
        DurationSeconds = 0,
        Machine = [],
        Data = new DataDescription { Source = "", Rows = forecast.HistoryTimes.Count, Splits = [] },
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
            Variate = forecast.Variates[variate],
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
