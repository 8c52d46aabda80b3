using Anyformer.Tasks.Forecasting;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>What a command tells before its work begins, on standard error.</summary>
public static class Announcements
{
    /// <summary>What was read, and what was found wrong with it or repaired.</summary>
    public static void Data(ForecastData data)
    {
        var series = data.Reading.Series;
        Terminal.Error.MarkupLineInterpolated(
            $"{data.Path}: {series.RowCount} rows x {series.VariateCount} variates, a row every {series.Step?.ToString() ?? "irregular step"}; {data.Train.Count} / {data.Validation.Count} / {data.Test.Count} windows to train, validate, test");
        if (data.Reading.Warnings.Total > 0)
            Terminal.Error.MarkupLineInterpolated($"[yellow]left as it is: {data.Reading.Warnings.Summary}, first {data.Reading.Warnings.Problems[0].ToString()}[/]");
        if (data.Reading.Repairs.Total > 0)
            Terminal.Error.MarkupLineInterpolated($"[yellow]repaired: {data.Reading.Repairs.Summary}, first {data.Reading.Repairs.Problems[0].ToString()}[/]");
    }
}
