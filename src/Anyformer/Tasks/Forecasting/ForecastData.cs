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
        Scaled = new ForecastingSeries(reading.Series, Scaler(section, reading.Series, Borders.Train), Calendar(section, Frequency));
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
        Section.Marks == CalendarMarks.None ? 0 : Scaled.Calendar.Count, Season, Section.Marks == CalendarMarks.Integer);

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
        Target = section.Target,
        Fill = section.Fill,
    };

    /// <summary>The calendar marks that a recipe asks for.</summary>
    public static CalendarFeatures Calendar(ForecastDataSection section, TimeFrequency frequency) =>
        new(frequency, section.Marks == CalendarMarks.Integer ? CalendarEncoding.Index : CalendarEncoding.Fraction);

    private static string Locate(DataSource source, DataStore store) => store.Find(source)
        ?? throw new UserException($"The data set {source.Id} is not on this machine: get it with 'anyformer data get {source.Id}', or name its folder with --data-dir.");

    /// <summary>What standardises a series by some of its rows, or leaves it as it is, as the recipe says.</summary>
    internal static StandardScaler Scaler(ForecastDataSection section, TimeSeries series, RowRange rows) => section.Standardize
        ? StandardScaler.Fit(series.Rows(rows), series.VariateCount)
        : new StandardScaler([.. Enumerable.Repeat(0.0, series.VariateCount)], [.. Enumerable.Repeat(1.0, series.VariateCount)]);
}
