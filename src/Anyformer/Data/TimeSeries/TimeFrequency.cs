namespace Anyformer.Data.TimeSeries;

/// <summary>The frequency codes that calendar features are made for.</summary>
public enum TimeFrequency
{
    /// <summary>Code <c>s</c>.</summary>
    Second,
    /// <summary>Code <c>t</c> (also <c>min</c>).</summary>
    Minute,
    /// <summary>Code <c>h</c>.</summary>
    Hour,
    /// <summary>Code <c>d</c>.</summary>
    Day,
    /// <summary>Code <c>b</c>: Monday to Friday.</summary>
    BusinessDay,
    /// <summary>Code <c>w</c>.</summary>
    Week,
    /// <summary>Code <c>m</c>; quarters and years too.</summary>
    Month,
}

/// <summary>Frequencies to and from their one-letter codes.</summary>
public static class TimeFrequencyCodes
{
    /// <summary>The frequency of a code, in upper or lower case.</summary>
    /// <exception cref="UserException">The code is unknown.</exception>
    public static TimeFrequency Parse(string code) => code.ToLowerInvariant() switch
    {
        "s" => TimeFrequency.Second,
        "t" or "min" => TimeFrequency.Minute,
        "h" => TimeFrequency.Hour,
        "d" => TimeFrequency.Day,
        "b" => TimeFrequency.BusinessDay,
        "w" => TimeFrequency.Week,
        "m" => TimeFrequency.Month,
        _ => throw new UserException($"The frequency '{code}' is unknown; expected s, t, h, d, b, w or m."),
    };

    /// <summary>The one-letter code of <paramref name="frequency"/>.</summary>
    public static string Code(this TimeFrequency frequency) => frequency switch
    {
        TimeFrequency.Second => "s",
        TimeFrequency.Minute => "t",
        TimeFrequency.Hour => "h",
        TimeFrequency.Day => "d",
        TimeFrequency.BusinessDay => "b",
        TimeFrequency.Week => "w",
        TimeFrequency.Month => "m",
        _ => throw new ArgumentOutOfRangeException(nameof(frequency), frequency, "unknown frequency"),
    };
}
