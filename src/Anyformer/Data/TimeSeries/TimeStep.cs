using System.Text.Json.Serialization;

namespace Anyformer.Data.TimeSeries;

/// <summary>The distance between neighbouring rows of a regular series: a fixed span, whole months, or the next business day.</summary>
[JsonDerivedType(typeof(FixedStep), "fixed")]
[JsonDerivedType(typeof(MonthStep), "month")]
[JsonDerivedType(typeof(BusinessDayStep), "business-day")]
public abstract record TimeStep
{
    private protected TimeStep() { }

    /// <summary>The time <paramref name="count"/> steps after <paramref name="time"/>.</summary>
    public abstract DateTime Add(DateTime time, int count);

    /// <summary>How many whole steps lead from <paramref name="from"/> to <paramref name="to"/>; null when no whole number does.</summary>
    public abstract long? CountBetween(DateTime from, DateTime to);

    /// <summary>The frequency code whose calendar features suit this step.</summary>
    public abstract TimeFrequency Frequency { get; }

    /// <summary>
    /// Steps in the season that is usual for this step: a day for steps below a day (an hour gives 24, 15 minutes 96, 10 minutes 144),
    /// a week for days (7; business days 5), a year for weeks (52), months (12) and quarters (4); 1 where no season fits.
    /// </summary>
    public abstract int SeasonLength { get; }

    /// <summary>
    /// The step of a series: the most frequent distance between times that grow, when at least half of the distances agree with it.
    /// Month steps need the same day of the month, or the last day, throughout; business days need Fridays followed by Mondays and no
    /// weekend.
    /// </summary>
    /// <returns>Null for fewer than two times and for series without a regular step.</returns>
    public static TimeStep? Infer(ReadOnlySpan<DateTime> times) => TimeStepInference.Infer(times);
}

/// <summary>A step of constant length, such as 15 minutes or 7 days.</summary>
/// <param name="Span">The length, above zero.</param>
public sealed record FixedStep(TimeSpan Span) : TimeStep
{
    /// <summary>The length, above zero.</summary>
    public TimeSpan Span { get; } = Span > TimeSpan.Zero
        ? Span
        : throw new ArgumentOutOfRangeException(nameof(Span), Span, "a step must be longer than nothing");

    /// <inheritdoc/>
    public override DateTime Add(DateTime time, int count) => time.AddTicks(checked(Span.Ticks * count));

    /// <inheritdoc/>
    public override long? CountBetween(DateTime from, DateTime to)
    {
        var (count, rest) = Math.DivRem((to - from).Ticks, Span.Ticks);
        return rest == 0 ? count : null;
    }

    /// <inheritdoc/>
    public override TimeFrequency Frequency =>
        IsMultipleOf(TimeSpan.FromDays(7)) ? TimeFrequency.Week
        : IsMultipleOf(TimeSpan.FromDays(1)) ? TimeFrequency.Day
        : IsMultipleOf(TimeSpan.FromHours(1)) ? TimeFrequency.Hour
        : IsMultipleOf(TimeSpan.FromMinutes(1)) ? TimeFrequency.Minute
        : TimeFrequency.Second;

    /// <inheritdoc/>
    public override int SeasonLength
    {
        get
        {
            if (IsMultipleOf(TimeSpan.FromDays(7)))
                return Math.Max(1, (int)(364 / Span.TotalDays));
            var season = Span < TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : TimeSpan.FromDays(7);
            return season.Ticks % Span.Ticks == 0 ? (int)Math.Min(season.Ticks / Span.Ticks, int.MaxValue) : 1;
        }
    }

    /// <summary>The span in its largest whole unit: "1 hour", "15 minutes".</summary>
    public override string ToString() => Frequency switch
    {
        TimeFrequency.Week or TimeFrequency.Day => Count(Span.TotalDays, "day"),
        TimeFrequency.Hour => Count(Span.TotalHours, "hour"),
        TimeFrequency.Minute => Count(Span.TotalMinutes, "minute"),
        _ => Count(Span.TotalSeconds, "second"),
    };

    private bool IsMultipleOf(TimeSpan unit) => Span.Ticks % unit.Ticks == 0;

    private static string Count(double count, string unit) => FormattableString.Invariant($"{count} {unit}{(count == 1 ? "" : "s")}");
}

/// <summary>A step of whole months: 1 for monthly, 3 for quarterly, 12 for yearly series.</summary>
/// <param name="Months">Months in a step, at least 1.</param>
/// <param name="AtMonthEnd">True when every time is the last day of its month.</param>
public sealed record MonthStep(int Months, bool AtMonthEnd) : TimeStep
{
    /// <inheritdoc/>
    public override DateTime Add(DateTime time, int count)
    {
        var moved = time.AddMonths(checked(Months * count));
        return AtMonthEnd ? moved.AddDays(DateTime.DaysInMonth(moved.Year, moved.Month) - moved.Day) : moved;
    }

    /// <inheritdoc/>
    public override long? CountBetween(DateTime from, DateTime to)
    {
        var (count, rest) = Math.DivRem((to.Year - from.Year) * 12 + to.Month - from.Month, Months);
        return rest == 0 && Add(from, count) == to ? count : null;
    }

    /// <inheritdoc/>
    public override TimeFrequency Frequency => TimeFrequency.Month;

    /// <inheritdoc/>
    public override int SeasonLength => 12 % Months == 0 ? 12 / Months : 1;

    /// <summary>"1 month", "3 months".</summary>
    public override string ToString() => FormattableString.Invariant($"{Months} month{(Months == 1 ? "" : "s")}");
}

/// <summary>The next day that is no Saturday and no Sunday. Public holidays are days like any other.</summary>
public sealed record BusinessDayStep : TimeStep
{
    /// <inheritdoc/>
    public override DateTime Add(DateTime time, int count)
    {
        var (weeks, days) = Math.DivRem(count, 5);
        time = time.AddDays(weeks * 7);
        for (var direction = Math.Sign(days); days != 0; days -= direction)
            do
                time = time.AddDays(direction);
            while (IsWeekend(time));
        return time;
    }

    /// <inheritdoc/>
    public override long? CountBetween(DateTime from, DateTime to)
    {
        if (from.TimeOfDay != to.TimeOfDay || IsWeekend(from) || IsWeekend(to))
            return null;
        var (weeks, days) = Math.DivRem((int)(to - from).TotalDays, 7);
        var crossesWeekend = Math.Abs(days) > 0 && Math.Sign(days) != Math.Sign(DayIndex(to) - DayIndex(from));
        return weeks * 5 + days - (crossesWeekend ? 2 * Math.Sign(days) : 0);
    }

    /// <inheritdoc/>
    public override TimeFrequency Frequency => TimeFrequency.BusinessDay;

    /// <inheritdoc/>
    public override int SeasonLength => 5;

    /// <summary>"1 business day".</summary>
    public override string ToString() => "1 business day";

    internal static bool IsWeekend(DateTime time) => time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static int DayIndex(DateTime time) => (int)time.DayOfWeek;
}
