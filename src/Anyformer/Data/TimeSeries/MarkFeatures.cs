namespace Anyformer.Data.TimeSeries;

/// <summary>What models are told of every step beside its values: the calendar, then the columns that are known ahead, standardised.</summary>
/// <param name="calendar">Makes the calendar's features; null for none.</param>
/// <param name="known">Standardises the known columns; null for none.</param>
public sealed class MarkFeatures(CalendarFeatures? calendar, StandardScaler? known = null)
{
    /// <summary>What standardises the known columns; null without such.</summary>
    public StandardScaler? KnownScaler => known;

    /// <summary>Features of a step that are known columns; they are the last ones.</summary>
    public int KnownCount => known?.VariateCount ?? 0;

    /// <summary>Features of a step.</summary>
    public int Count => (calendar?.Count ?? 0) + KnownCount;

    /// <summary>The features of some steps, shape (steps, <see cref="Count"/>) in row-major order.</summary>
    /// <param name="times">The times of the steps.</param>
    /// <param name="values">Their known columns, shape (steps, known columns) in row-major order.</param>
    public float[] Compute(ReadOnlySpan<DateTime> times, ReadOnlySpan<double> values)
    {
        var dates = calendar?.Compute(times) ?? [];
        if (known is null)
            return dates;
        var standardised = new float[values.Length];
        known.Transform(values, standardised);
        var features = new float[times.Length * Count];
        for (var step = 0; step < times.Length; step++)
        {
            var row = features.AsSpan(step * Count, Count);
            dates.AsSpan(step * (Count - KnownCount), Count - KnownCount).CopyTo(row);
            standardised.AsSpan(step * KnownCount, KnownCount).CopyTo(row[^KnownCount..]);
        }
        return features;
    }
}
