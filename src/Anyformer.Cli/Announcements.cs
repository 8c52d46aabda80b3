using Anyformer.Data.TimeSeries;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>What a command tells before its work begins, on standard error.</summary>
public static class Announcements
{
    /// <summary>What a run is going to learn from.</summary>
    public static void Run(TrainingRun run)
    {
        if (run is ForecastRun forecast)
            Data(forecast.Data);
        if (run is PretrainingRun pretraining)
            Data(pretraining.Data);
    }

    /// <summary>What was read, and what was found wrong with it or repaired.</summary>
    public static void Data(ForecastData data)
    {
        var series = data.Reading.Series;
        var spacing = series.Step is { } step ? $"a row every {step}" : "rows at irregular steps";
        Terminal.Error.MarkupLineInterpolated($"{data.Path}: {series.RowCount} rows x {series.VariateCount} variates, {spacing}{Known(series)}");
        Terminal.Error.MarkupLineInterpolated($"{data.Train.Count} / {data.Validation.Count} / {data.Test.Count} windows to train, validate, test");
        Problems("left as it is", data.Reading.Warnings);
        Problems(data.Section.Fill == FillPolicy.Mask ? "repaired or masked" : "repaired", data.Reading.Repairs);
    }

    private static string Known(TimeSeries series) => series.Known.Count == 0 ? "" : $", known ahead: {string.Join(", ", series.Known.Names)}";

    /// <summary>Promises what Ctrl-C does, the moment it is pressed: a step may take a while.</summary>
    public static CancellationTokenRegistration OnInterrupt(CancellationToken cancellation) =>
        cancellation.Register(() => Terminal.Error.MarkupLine("[yellow]Stopping after the current step.[/]"));

    private static void Problems(string verdict, DataReport problems)
    {
        if (problems.Total > 0)
            Terminal.Error.MarkupLineInterpolated($"[yellow]{verdict}: {problems.Summary}, first {problems.Problems[0].ToString()}[/]");
    }
}
