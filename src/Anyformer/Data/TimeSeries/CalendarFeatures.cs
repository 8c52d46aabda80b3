using System.Globalization;

namespace Anyformer.Data.TimeSeries;

/// <summary>How a time is told to a model.</summary>
public enum CalendarEncoding
{
    /// <summary>Each part of the calendar as a fraction in [-0.5, 0.5]: <c>timeF</c>.</summary>
    Fraction,
    /// <summary>Each part as its whole number, for embedding tables: <c>fixed</c> and <c>learned</c>.</summary>
    Index,
}

/// <summary>
/// Calendar features of times, the "marks" of the forecasting models. Fractions by frequency: <c>s</c> second/59 and then those of
/// <c>t</c>;
/// <c>t</c> minute/59 and then those of <c>h</c>; <c>h</c> hour/23, weekday/6 (Monday is 0), (day-1)/30, (day of year-1)/365;
/// <c>d</c>, <c>b</c> weekday, day, day of year; <c>w</c> (day-1)/30, (ISO week-1)/52; <c>m</c> (month-1)/11; each minus 0.5.
/// Indices: month, day, weekday, hour, and for <c>t</c> also minute/15 rounded down.
/// Source: Informer (Zhou et al., AAAI 2021), <c>utils/timefeatures.py</c>, and the loaders of iTransformer.
/// </summary>
public sealed class CalendarFeatures
{
    private static readonly Func<DateTime, double>[] s_indexParts =
        [time => time.Month, time => time.Day, Weekday, time => time.Hour];

    private readonly Func<DateTime, double>[] _parts;

    /// <summary>Features for times of <paramref name="frequency"/>.</summary>
    public CalendarFeatures(TimeFrequency frequency, CalendarEncoding encoding = CalendarEncoding.Fraction)
    {
        (Frequency, Encoding) = (frequency, encoding);
        _parts = encoding == CalendarEncoding.Fraction ? FractionParts(frequency)
            : frequency == TimeFrequency.Minute ? [.. s_indexParts, time => time.Minute / 15]
            : s_indexParts;
    }

    /// <summary>The frequency that chooses the features.</summary>
    public TimeFrequency Frequency { get; }

    /// <summary>Fractions or indices.</summary>
    public CalendarEncoding Encoding { get; }

    /// <summary>Features of one time.</summary>
    public int Count => _parts.Length;

    /// <summary>The features of every time, shape (times, <see cref="Count"/>) in row-major order.</summary>
    public float[] Compute(ReadOnlySpan<DateTime> times)
    {
        var features = new float[times.Length * Count];
        for (var row = 0; row < times.Length; row++)
            for (var part = 0; part < _parts.Length; part++)
                features[row * _parts.Length + part] = (float)_parts[part](times[row]);
        return features;
    }

    private static Func<DateTime, double>[] FractionParts(TimeFrequency frequency) => frequency switch
    {
        TimeFrequency.Second => [time => time.Second / 59.0 - 0.5, .. FractionParts(TimeFrequency.Minute)],
        TimeFrequency.Minute => [time => time.Minute / 59.0 - 0.5, .. FractionParts(TimeFrequency.Hour)],
        TimeFrequency.Hour => [time => time.Hour / 23.0 - 0.5, .. FractionParts(TimeFrequency.Day)],
        TimeFrequency.Day or TimeFrequency.BusinessDay =>
            [time => Weekday(time) / 6.0 - 0.5, DayOfMonthFraction, time => (time.DayOfYear - 1) / 365.0 - 0.5],
        TimeFrequency.Week => [DayOfMonthFraction, time => (ISOWeek.GetWeekOfYear(time) - 1) / 52.0 - 0.5],
        TimeFrequency.Month => [time => (time.Month - 1) / 11.0 - 0.5],
        _ => throw new ArgumentOutOfRangeException(nameof(frequency), frequency, "unknown frequency"),
    };

    private static double DayOfMonthFraction(DateTime time) => (time.Day - 1) / 30.0 - 0.5;

    private static double Weekday(DateTime time) => ((int)time.DayOfWeek + 6) % 7;
}
