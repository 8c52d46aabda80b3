using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.TimeSeries;

namespace Anyformer.Recipes;

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

    /// <summary>
    /// The column that tells which series a row is of, for a table of many series; null for one. Each series has times, a split and a
    /// standardisation of its own.
    /// </summary>
    [Description("column that tells which series a row is of, in a table of many series")]
    public string? IdColumn { get; init; }

    /// <summary>A .NET date format, for times that can be read in more than one way or in none of the known ones; null to find it.</summary>
    [Description("date format such as dd/MM/yyyy HH:mm; found by itself when left out")]
    public string? DateFormat { get; init; }

    /// <summary>What separates the fields: one character, or <c>tab</c>; null to find it.</summary>
    [Description("what separates the fields: one character, or tab; found by itself when left out")]
    public string? Delimiter { get; init; }

    /// <summary>The columns that are forecast; null for all.</summary>
    [Description("columns that are forecast; all when left out")]
    public ValueList<string>? Columns { get; init; }

    /// <summary>
    /// Columns that are known ahead, such as a price or a holiday; null for none. They are not forecast. Where they are filled for rows after
    /// the last value, those are the horizon.
    /// </summary>
    [Description("columns known ahead, such as a price or a holiday: told to the model over history and horizon, and not forecast")]
    public ValueList<string>? Known { get; init; }

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

    /// <summary>How the rows are divided into training, validation and test; null for what is usual for the source.</summary>
    [Description("how rows are divided into training, validation and test; by default as is usual for the source, else 0.7/0.1/0.2")]
    public SplitRule? Split { get; init; }

    /// <summary>
    /// The code of the calendar features: <c>s</c>, <c>t</c>, <c>h</c>, <c>d</c>, <c>b</c>, <c>w</c> or <c>m</c>; null to read it off the times.
    /// </summary>
    [Description("frequency of the calendar features: s, t, h, d, b, w or m; read off the times when left out")]
    public string? Frequency { get; init; }

    /// <summary>What the model is told of the calendar.</summary>
    [Description("what the model is told of the calendar")]
    public CalendarMarks Marks { get; init; }

    /// <summary>What stands in for missing values.</summary>
    [Description("what stands in for missing values; mask keeps them out of losses and errors")]
    public FillPolicy Fill { get; init; }

    /// <summary>
    /// Whether the rows stay in a file instead of memory, for tables of any length whose rows are in order; null for when the table is long.
    /// </summary>
    [Description("whether rows stay in a file instead of memory; by default when the table has 32 MiB or more and is sorted")]
    public bool? Stream { get; init; }

    /// <summary>Whether columns are standardised with the mean and deviation of the training rows of their series.</summary>
    [Description("whether columns are standardised by their training rows, those of each series by its own")]
    public bool Standardize { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LabelLength > Lookback)
            yield return new ValidationResult($"label-length is {LabelLength}; expected at most lookback, which is {Lookback}");
        if (Delimiter is not (null or "tab" or { Length: 1 }))
            yield return new ValidationResult($"delimiter is '{Delimiter}'; expected one character, or tab");
        if (Known is { Count: > 0 } && Marks == CalendarMarks.Integer)
            yield return new ValidationResult("known is given with integer marks, which are looked up in tables; set marks to fraction or none");
        if (Columns is { Count: 0 })
            yield return new ValidationResult("columns is an empty list; leave it out for all columns");
    }
}
