using System.Globalization;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Reads the cells of one date column. Where the order of day and month is open (<c>3/4/2020</c>), it stays open until a cell settles it;
/// the times read until then are put right by <see cref="Settle"/>.
/// </summary>
internal sealed class DateReader(string? format)
{
    private const DateTimeStyles Styles = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite;

    private static readonly string[] s_clocks = ["", " H:mK", " H:m:s.FFFFFFFK", "'T'H:mK", "'T'H:m:s.FFFFFFFK", " h:m tt", " h:m:s tt"];
    private static readonly string[] s_plain = [.. WithClocks("yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "d.M.yyyy"), "yyyy-M", "yyyy/M"];
    private static readonly string[] s_dayFirst = [.. WithClocks("d/M/yyyy", "d-M-yyyy")];
    private static readonly string[] s_monthFirst = [.. WithClocks("M/d/yyyy", "M-d-yyyy")];

    // Null until the first date was read; then the one family of formats that the column keeps, or null again while the order is open.
    private string[]? _formats = format is null ? null : [format];
    private bool _orderIsOpen;
    private int _readWhileOpen;
    private bool _monthWasFirst;
    private string? _ambiguous;
    private int _lastFormat;

    public bool TryRead(string text, out DateTime time)
    {
        var read = _formats is not null ? TryFormats(_formats, text, out time)
            : _orderIsOpen ? TryOpenOrder(text, out time)
            : TryFirst(text, out time);
        time = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        return read;
    }

    /// <summary>Whether the format is known, and with it the order of day and month.</summary>
    public bool IsSettled => _formats is not null;

    /// <summary>Asks that the order of day and month is known, or none of the times read depends on it.</summary>
    /// <exception cref="UserException">No cell told the order.</exception>
    public void RequireOrder(string name, string column)
    {
        if (_formats is null && _ambiguous is not null)
        {
            var separator = _ambiguous.Contains('/') ? '/' : '-';
            throw new UserException(
                $"{name}: the dates of '{column}' can be read day first or month first (such as '{_ambiguous}'); "
                + $"set data.date-format to d{separator}M{separator}yyyy or M{separator}d{separator}yyyy, with the time of day if there is one.");
        }
    }

    /// <summary>Puts the times right that were read before a cell told the order of day and month.</summary>
    public void Settle(List<DateTime> times)
    {
        for (var row = 0; _monthWasFirst && row < _readWhileOpen; row++)
            times[row] = new DateTime(times[row].Year, times[row].Day, times[row].Month).Add(times[row].TimeOfDay);
    }

    private bool TryFirst(string text, out DateTime time)
    {
        if (TryFormats(s_plain, text, out time))
        {
            _formats = s_plain;
            return true;
        }
        _orderIsOpen = TryOpenOrder(text, out time);
        return _orderIsOpen;
    }

    private bool TryOpenOrder(string text, out DateTime time)
    {
        var dayFirst = TryFormats(s_dayFirst, text, out time);
        var monthFirst = TryFormats(s_monthFirst, text, out var other);
        if (!dayFirst && !monthFirst)
            return false;
        if (dayFirst && monthFirst)
        {
            _readWhileOpen++;
            _ambiguous ??= time == other ? null : text;
            return true;
        }
        _formats = dayFirst ? s_dayFirst : s_monthFirst;
        _monthWasFirst = monthFirst;
        time = dayFirst ? time : other;
        return true;
    }

    // Cells of a column mostly look alike, so the format that fitted last is tried first.
    private bool TryFormats(string[] candidates, string text, out DateTime time)
    {
        if (_lastFormat < candidates.Length && TryFormat(candidates[_lastFormat], text, out time))
            return true;
        for (var i = 0; i < candidates.Length; i++)
            if (TryFormat(candidates[i], text, out time))
            {
                _lastFormat = i;
                return true;
            }
        time = default;
        return false;
    }

    private static bool TryFormat(string format, string text, out DateTime time) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, Styles, out time);

    private static IEnumerable<string> WithClocks(params string[] dates) =>
        from date in dates from clock in s_clocks select date + clock;
}
