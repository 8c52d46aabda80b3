using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>Finds the step of a series from its times.</summary>
internal static class TimeStepInference
{
    // The shortest month; distances below it cannot be whole months.
    private const int ShortestMonthDays = 28;

    public static TimeStep? Infer(ReadOnlySpan<DateTime> times)
    {
        var (span, share) = MostFrequentDistance(times);
        if (span == TimeSpan.Zero)
            return null;
        if (span.TotalDays >= ShortestMonthDays && InferMonths(times) is { } months)
            return months;
        if (share < 0.5)
            return null;
        return span == TimeSpan.FromDays(1) && HasOnlyBusinessDays(times) ? new BusinessDayStep() : new FixedStep(span);
    }

    /// <summary>The most frequent growth from one time to the next (the shortest of equals) and its share of all growths.</summary>
    private static (TimeSpan Span, double Share) MostFrequentDistance(ReadOnlySpan<DateTime> times)
    {
        var counts = new Dictionary<long, int>();
        var grown = 0;
        for (var row = 1; row < times.Length; row++)
        {
            var distance = times[row].Ticks - times[row - 1].Ticks;
            if (distance <= 0)
                continue;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, distance, out _)++;
            grown++;
        }
        if (grown == 0)
            return (TimeSpan.Zero, 0);
        var (ticks, count) = counts.MinBy(pair => (-pair.Value, pair.Key));
        return (TimeSpan.FromTicks(ticks), (double)count / grown);
    }

    private static MonthStep? InferMonths(ReadOnlySpan<DateTime> times)
    {
        var first = times[0];
        bool sameDay = true, atEnd = true;
        var counts = new Dictionary<int, int>();
        for (var row = 0; row < times.Length; row++)
        {
            var time = times[row];
            if (time.TimeOfDay != first.TimeOfDay)
                return null;
            sameDay &= time.Day == first.Day;
            atEnd &= time.Day == DateTime.DaysInMonth(time.Year, time.Month);
            var months = row == 0 ? 0 : (time.Year - times[row - 1].Year) * 12 + time.Month - times[row - 1].Month;
            if (months > 0)
                CollectionsMarshal.GetValueRefOrAddDefault(counts, months, out _)++;
        }
        if ((!sameDay && !atEnd) || counts.Count == 0)
            return null;
        var (step, count) = counts.MinBy(pair => (-pair.Value, pair.Key));
        return count * 2 >= counts.Values.Sum() ? new MonthStep(step, AtMonthEnd: !sameDay) : null;
    }

    private static bool HasOnlyBusinessDays(ReadOnlySpan<DateTime> times)
    {
        var crossesWeekend = false;
        for (var row = 0; row < times.Length; row++)
        {
            if (BusinessDayStep.IsWeekend(times[row]))
                return false;
            crossesWeekend |= row > 0 && times[row].DayOfWeek == DayOfWeek.Monday && (times[row] - times[row - 1]).TotalDays == 3;
        }
        return crossesWeekend;
    }
}
