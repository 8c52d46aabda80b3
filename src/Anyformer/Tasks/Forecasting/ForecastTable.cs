using System.Globalization;
using CsvHelper;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Forecasts as tables: a column of times and one of each variate.</summary>
public static class ForecastTable
{
    /// <summary>Writes a forecast as a CSV file, beside and renamed.</summary>
    public static void Write(string path, Forecast forecast) => AtomicFile.Write(path, stream =>
    {
        using var text = new StreamWriter(stream, leaveOpen: true);
        using var csv = new CsvWriter(text, CultureInfo.InvariantCulture);
        csv.WriteField("date");
        foreach (var variate in forecast.Variates)
            csv.WriteField(variate);
        csv.NextRecord();
        foreach (var (row, time) in forecast.Times.Index())
        {
            csv.WriteField(time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            for (var variate = 0; variate < forecast.Variates.Count; variate++)
                csv.WriteField(forecast.Values[row * forecast.Variates.Count + variate]);
            csv.NextRecord();
        }
    });
}
