using System.Globalization;
using CsvHelper;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Forecasts as tables: a column of times and one of each variate; after them, where known, the bounds of each; before them ids.</summary>
public static class ForecastTable
{
    /// <summary>Writes a forecast as a CSV file, beside and renamed.</summary>
    public static void Write(string path, Forecast forecast) => Write(path, new SeriesForecasts(null, [forecast], []));

    /// <summary>Writes forecasts as a CSV file, beside and renamed; with a column of ids for several series.</summary>
    public static void Write(string path, SeriesForecasts forecasts) => AtomicFile.Write(path, stream =>
    {
        using var text = new StreamWriter(stream, leaveOpen: true);
        using var csv = new CsvWriter(text, CultureInfo.InvariantCulture);
        if (forecasts.IdColumn is { } ids)
            csv.WriteField(ids);
        csv.WriteField("date");
        foreach (var (name, _) in Columns(forecasts.Forecasts[0]))
            csv.WriteField(name);
        csv.NextRecord();
        foreach (var forecast in forecasts.Forecasts)
            Write(csv, forecast);
    });

    private static void Write(CsvWriter csv, Forecast forecast)
    {
        var columns = Columns(forecast).ToArray();
        foreach (var (row, time) in forecast.Times.Index())
        {
            if (forecast.Id is { } id)
                csv.WriteField(id);
            csv.WriteField(time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (var (_, value) in columns)
                csv.WriteField(value(row));
            csv.NextRecord();
        }
    }

    private static IEnumerable<(string Name, Func<int, double> Value)> Columns(Forecast forecast)
    {
        var width = forecast.Variates.Count;
        Func<int, double> Of(double[] values, int variate) => row => values[row * width + variate];
        foreach (var (variate, name) in forecast.Variates.Index())
            yield return (name, Of(forecast.Values, variate));
        if (forecast.Bounds is not { } bounds)
            yield break;
        foreach (var (variate, name) in forecast.Variates.Index())
        {
            yield return ($"{name}_lower", Of(bounds.Lower, variate));
            yield return ($"{name}_upper", Of(bounds.Upper, variate));
        }
    }
}
