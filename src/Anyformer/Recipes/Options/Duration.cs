using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Anyformer.Recipes.Options;

/// <summary>Durations as people write them, in whole milliseconds: <c>90s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>250ms</c>.</summary>
internal static partial class Duration
{
    private static readonly (string Unit, decimal Milliseconds)[] s_units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <summary>The duration, or null for text that is none.</summary>
    public static TimeSpan? Read(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success || text == "")
            return null;
        var milliseconds = s_units.Sum(unit => match.Groups[unit.Unit] is { Success: true } part
            ? decimal.Parse(part.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * unit.Milliseconds
            : 0);
        return TimeSpan.FromMilliseconds((long)decimal.Round(milliseconds));
    }

    /// <summary>The shortest text of whole units that reads back as the same duration.</summary>
    public static string Write(TimeSpan duration)
    {
        var text = new StringBuilder();
        var rest = (long)duration.TotalMilliseconds;
        foreach (var (unit, milliseconds) in s_units)
        {
            if (rest >= milliseconds)
                text.Append(CultureInfo.InvariantCulture, $"{rest / (long)milliseconds}{unit}");
            rest %= (long)milliseconds;
        }
        return text.Length > 0 ? text.ToString() : "0s";
    }

    // At most six digits a unit keep every sum far inside what a TimeSpan holds.
    [GeneratedRegex(@"^(?:(?<d>\d{1,6}(?:\.\d{1,6})?)d)?(?:(?<h>\d{1,6}(?:\.\d{1,6})?)h)?(?:(?<m>\d{1,6}(?:\.\d{1,6})?)m)?"
        + @"(?:(?<s>\d{1,6}(?:\.\d{1,6})?)s)?(?:(?<ms>\d{1,6}(?:\.\d{1,6})?)ms)?\z", RegexOptions.ECMAScript)]
    private static partial Regex Pattern();
}
