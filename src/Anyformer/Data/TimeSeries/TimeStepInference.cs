using System.Runtime.InteropServices;

namespace Anyformer.Data.TimeSeries;

/// <summary>Finds the step that series have in common, from their times, one after the other. Its memory does not grow with their number.</summary>
internal sealed class TimeStepInference
{
    // The shortest month; distances below it cannot be whole months.
    private const int ShortestMonthDays = 28;

    // Times with more different distances than this have no regular step.
    private const int MostDistances = 1 << 16;

    private readonly Dictionary<long, int> _distances = [];
    private readonly Dictionary<int, int> _months = [];
    private DateTime? _first;
    private DateTime? _last;
    private long _grown;
    private bool _sameDay = true;
    private bool _atEnd = true;
    private bool _sameTimeOfDay = true;
    private bool _hasWeekend;
    private bool _crossesWeekend;

    public static TimeStep? Infer(ReadOnlySpan<DateTime> times)
    {
        var inference = new TimeStepInference();
        foreach (var time in times)
            inference.Add(time);
        return inference.Step;
    }

    /// <summary>What is added next does not follow what was added last.</summary>
    public void BeginSeries() => _last = null;

    public void Add(DateTime time)
    {
        var first = _first ??= time;
        _sameTimeOfDay &= time.TimeOfDay == first.TimeOfDay;
        _sameDay &= time.Day == first.Day;
        _atEnd &= time.Day == DateTime.DaysInMonth(time.Year, time.Month);
        _hasWeekend |= BusinessDayStep.IsWeekend(time);
        if (_last is { } last && time > last)
            AddDistance(last, time);
        _last = time;
    }

    /// <summary>The step of what was added; null without a regular one.</summary>
    public TimeStep? Step
    {
        get
        {
            if (_grown == 0)
                return null;
            var (ticks, count) = _distances.MinBy(pair => (-pair.Value, pair.Key));
            var span = TimeSpan.FromTicks(ticks);
            if (span.TotalDays >= ShortestMonthDays && Months is { } months)
                return months;
            if (count * 2L < _grown)
                return null;
            return span == TimeSpan.FromDays(1) && !_hasWeekend && _crossesWeekend ? new BusinessDayStep() : new FixedStep(span);
        }
    }

    private MonthStep? Months
    {
        get
        {
            if (!_sameTimeOfDay || (!_sameDay && !_atEnd) || _months.Count == 0)
                return null;
            var (step, count) = _months.MinBy(pair => (-pair.Value, pair.Key));
            return count * 2L >= _months.Values.Sum(value => (long)value) ? new MonthStep(step, AtMonthEnd: !_sameDay) : null;
        }
    }

    private void AddDistance(DateTime last, DateTime time)
    {
        _grown++;
        var ticks = time.Ticks - last.Ticks;
        if (_distances.Count < MostDistances || _distances.ContainsKey(ticks))
            CollectionsMarshal.GetValueRefOrAddDefault(_distances, ticks, out _)++;
        var months = (time.Year - last.Year) * 12 + time.Month - last.Month;
        if (months > 0)
            CollectionsMarshal.GetValueRefOrAddDefault(_months, months, out _)++;
        _crossesWeekend |= time.DayOfWeek == DayOfWeek.Monday && (time - last).TotalDays == 3;
    }
}
