using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>How the rows of a series are divided into training, validation and test.</summary>
public enum ForecastSplit
{
    /// <summary>12, 4 and 4 months of 30 days of hourly rows, as the papers divide ETTh1 and ETTh2.</summary>
    EttHour,
    /// <summary>The same months of rows every 15 minutes, as the papers divide ETTm1 and ETTm2.</summary>
    EttMinute,
    /// <summary>By <see cref="ForecastDataSection.Ratios"/>.</summary>
    Ratio,
}

/// <summary>What stands in for missing values.</summary>
public enum MissingValueFill
{
    /// <summary>Nothing: a missing value is an error.</summary>
    None,
    /// <summary>The last value before it.</summary>
    Forward,
    /// <summary>A straight line between its neighbours.</summary>
    Linear,
    /// <summary>Zero.</summary>
    Zero,
}

/// <summary>What a model is told of the calendar.</summary>
public enum CalendarMarks
{
    /// <summary>Numbers in [-0.5, 0.5]: hour of day, day of week, and so on, as the spacing of the rows suggests.</summary>
    Fraction,
    /// <summary>Integers: month, day, weekday, hour and, for minutes, quarter of an hour.</summary>
    Integer,
    /// <summary>Nothing.</summary>
    None,
}

/// <summary>The series of a forecasting recipe, its windows and its splits.</summary>
public sealed record ForecastDataSection : IValidatableObject
{
    /// <summary>The id of a data set that ships, or the path of a CSV file.</summary>
    [Description("a data set that ships, such as etth1, or a CSV file")]
    public required string Source { get; init; }

    /// <summary>The column of times; null to find it.</summary>
    [Description("column of times; found by itself when left out")]
    public string? DateColumn { get; init; }

    /// <summary>The columns that are forecast; null for all.</summary>
    [Description("columns that are forecast; all when left out")]
    public ValueList<string>? Columns { get; init; }

    /// <summary>The one column that metrics are also reported for; null for none.</summary>
    [Description("column that metrics are reported for on its own")]
    public string? Target { get; init; }

    /// <summary>Rows that the model sees.</summary>
    [Description("rows that the model sees")]
    [Range(1, int.MaxValue)]
    public int Lookback { get; init; } = 96;

    /// <summary>Rows that it forecasts.</summary>
    [Description("rows that it forecasts")]
    [Range(1, int.MaxValue)]
    public int Horizon { get; init; } = 96;

    /// <summary>The last rows of the look-back that a decoder is also given.</summary>
    [Description("last rows of the look-back that a decoder is given too")]
    [Range(0, int.MaxValue)]
    public int LabelLength { get; init; } = 48;

    /// <summary>How the rows are divided; null for what the source says, else by ratios.</summary>
    [Description("how rows are divided; by default as is usual for the source, else by ratios")]
    public ForecastSplit? Split { get; init; }

    /// <summary>Shares of the rows for training, validation and test.</summary>
    [Description("shares of the rows for training, validation and test")]
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public ValueList<double> Ratios { get; init; } = [0.7, 0.1, 0.2];

    /// <summary>
    /// The code of the calendar features: <c>s</c>, <c>t</c>, <c>h</c>, <c>d</c>, <c>b</c>, <c>w</c> or <c>m</c>; null to read it off the times.
    /// </summary>
    [Description("frequency of the calendar features: s, t, h, d, b, w or m; read off the times when left out")]
    public string? Frequency { get; init; }

    /// <summary>What the model is told of the calendar.</summary>
    [Description("what the model is told of the calendar")]
    public CalendarMarks Marks { get; init; }

    /// <summary>What stands in for missing values.</summary>
    [Description("what stands in for missing values")]
    public MissingValueFill Fill { get; init; }

    /// <summary>Whether columns are standardised with the mean and deviation of the training rows.</summary>
    [Description("whether columns are standardised by their training rows")]
    public bool Standardize { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LabelLength > Lookback)
            yield return new ValidationResult($"label-length is {LabelLength}; expected at most lookback, which is {Lookback}");
        if (Ratios.Count != 3 || Math.Abs(Ratios.Sum() - 1) > 1e-9)
            yield return new ValidationResult("ratios is not three shares whose sum is 1");
        if (Columns is { Count: 0 })
            yield return new ValidationResult("columns is an empty list; leave it out for all columns");
    }
}
