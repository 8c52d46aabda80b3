namespace Anyformer.Data.TimeSeries;

/// <summary>Errors of the forecast that repeats the value one season before: what MASE measures against.</summary>
internal static class SeasonalNaiveErrors
{
    private const int ChunkRows = 4096;

    /// <summary>The mean absolute error for every variate over some rows; NaN where no two values are a season apart.</summary>
    public static double[] Of(SeriesRows series, RowRange rows, int season)
    {
        var variates = series.VariateCount;
        var (errors, pairs) = (new double[variates], new long[variates]);
        var values = new double[Math.Min(season + ChunkRows, Math.Max(season, rows.Count)) * variates];
        for (var row = rows.Start + season; row < rows.End; row += ChunkRows)
        {
            var chunk = values.AsSpan(0, (season + Math.Min(ChunkRows, rows.End - row)) * variates);
            series.CopyValues(row - season, chunk);
            for (var i = season * variates; i < chunk.Length; i++)
                if (Math.Abs(chunk[i] - chunk[i - season * variates]) is var error && !double.IsNaN(error))
                {
                    errors[i % variates] += error;
                    pairs[i % variates]++;
                }
        }
        for (var variate = 0; variate < variates; variate++)
            errors[variate] /= pairs[variate];
        return errors;
    }
}
