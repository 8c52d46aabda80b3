using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;

namespace Anyformer.Tasks.Forecasting;

/// <summary>The data of a forecasting recipe, ready for training: read, split, standardised, cut into windows.</summary>
public sealed class ForecastData
{
    private ForecastData(ForecastDataSection section, TimeSeriesReading reading, SplitRule rule, string path)
    {
        (Section, Reading, Path) = (section, reading, path);
        var window = new WindowShape(section.Lookback, section.Horizon, section.LabelLength);
        Frequency = section.Frequency is { } code ? TimeFrequencyCodes.Parse(code) : reading.Series.Step?.Frequency ?? TimeFrequency.Hour;
        Borders = rule.Borders(reading.Series.RowCount, window);
        var known = reading.Series.Known is { Count: > 0 } columns ? Scaler(section, columns.Rows(Borders.Train), columns.Count) : null;
        var scaler = Scaler(section, reading.Series.Rows(Borders.Train), reading.Series.VariateCount);
        Scaled = new ForecastingSeries(reading.Series, scaler, Features(section, Frequency, known));
        Train = new ForecastingWindows(Scaled, Borders.Train, window);
        Validation = new ForecastingWindows(Scaled, Borders.Validation, window);
        Test = new ForecastingWindows(Scaled, Borders.Test, window);
    }

    /// <summary>What the recipe says of the data.</summary>
    public ForecastDataSection Section { get; }

    /// <summary>The file that was read.</summary>
    public string Path { get; }

    /// <summary>The series as read, with what was found and repaired.</summary>
    public TimeSeriesReading Reading { get; }

    /// <summary>The spacing that the calendar marks are made for.</summary>
    public TimeFrequency Frequency { get; }

    /// <summary>The rows of the three parts.</summary>
    public SplitBorders Borders { get; }

    /// <summary>The standardised series with its calendar marks.</summary>
    public ForecastingSeries Scaled { get; }

    /// <summary>Windows to learn from.</summary>
    public ForecastingWindows Train { get; }

    /// <summary>Windows to choose by.</summary>
    public ForecastingWindows Validation { get; }

    /// <summary>Windows to report on.</summary>
    public ForecastingWindows Test { get; }

    /// <summary>Steps after which the series repeat, as far as their spacing tells.</summary>
    public int Season => Reading.Series.Step?.SeasonLength ?? 1;

    /// <summary>The sizes that a forecaster of this data is built for.</summary>
    public ForecastShape Shape => new(Section.Lookback, Section.Horizon, Section.LabelLength, Reading.Series.VariateCount,
        Scaled.Features.Count, Season, Section.Marks == CalendarMarks.Integer, Scaled.Features.KnownCount);

    /// <summary>Reads the data that a recipe names.</summary>
    /// <param name="section">The recipe's section.</param>
    /// <param name="store">Where known data sets are looked for.</param>
    /// <exception cref="UserException">No such data, a malformed file, or too few rows.</exception>
    public static ForecastData Load(ForecastDataSection section, DataStore store)
    {
        var source = KnownDataSources.All.FirstOrDefault(known => known.Id == section.Source);
        var path = source is null ? section.Source : Locate(source, store);
        var reading = TimeSeriesReader.Read(path, ReadOptions(section));
        return new ForecastData(section, reading, section.Split ?? source?.Split ?? SplitRule.Default, path);
    }

    /// <summary>How the file of a recipe is to be read; what to predict from is read the same way.</summary>
    public static TimeSeriesReadOptions ReadOptions(ForecastDataSection section) => new()
    {
        Delimiter = section.Delimiter == "tab" ? '\t' : section.Delimiter?[0],
        DateColumn = section.DateColumn,
        DateFormat = section.DateFormat,
        Columns = section.Columns,
        Known = section.Known ?? [],
        Target = section.Target,
        Fill = section.Fill,
    };

    /// <summary>What a recipe tells its model of every step.</summary>
    /// <param name="section">The recipe's section.</param>
    /// <param name="frequency">The spacing that calendar marks are made for.</param>
    /// <param name="known">Standardises the known columns; null without such.</param>
    public static MarkFeatures Features(ForecastDataSection section, TimeFrequency frequency, StandardScaler? known) => new(section.Marks switch
    {
        CalendarMarks.None => null,
        CalendarMarks.Integer => new CalendarFeatures(frequency, CalendarEncoding.Index),
        _ => new CalendarFeatures(frequency),
    }, known);

    private static string Locate(DataSource source, DataStore store) => store.Find(source)
        ?? throw new UserException($"The data set {source.Id} is not on this machine: get it with 'anyformer data get {source.Id}', or name its folder with --data-dir.");

    /// <summary>What standardises columns by some of their rows, or leaves them as they are, as the recipe says.</summary>
    internal static StandardScaler Scaler(ForecastDataSection section, ReadOnlySpan<double> rows, int columns) => section.Standardize
        ? StandardScaler.Fit(rows, columns)
        : StandardScaler.Identity(columns);
}
