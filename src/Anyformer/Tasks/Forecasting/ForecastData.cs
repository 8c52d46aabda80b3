using System.Collections.Immutable;
using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;

namespace Anyformer.Tasks.Forecasting;

/// <summary>The data of a forecasting recipe, ready for training: read, split, standardised, cut into windows. One series, or many.</summary>
public sealed class ForecastData
{
    private readonly SplitRule _rule;
    private readonly WindowShape _window;

    private ForecastData(ForecastDataSection section, TimeSeriesTable table, SplitRule rule, string path)
    {
        (Section, Table, _rule, Path) = (section, table, rule, path);
        _window = new WindowShape(section.Lookback, section.Horizon, section.LabelLength);
        Frequency = section.Frequency is { } code ? TimeFrequencyCodes.Parse(code) : table.Step?.Frequency ?? TimeFrequency.Hour;
        Borders = [.. table.Series.Select(series => BordersOf(series))];
        Features = FeaturesOf(section, Frequency, KnownScaler());
        Series = [.. table.Series.Select(Prepare)];
        Train = Windows("train", _window.Length, sizes => sizes.Train, borders => borders.Train);
        Validation = Windows("validation", section.Horizon, sizes => sizes.Validation, borders => borders.Validation);
        Test = Windows("test", section.Horizon, sizes => sizes.Test, borders => borders.Test);
    }

    /// <summary>What the recipe says of the data.</summary>
    public ForecastDataSection Section { get; }

    /// <summary>The file that was read.</summary>
    public string Path { get; }

    /// <summary>The series as read, with what was found and repaired.</summary>
    public TimeSeriesTable Table { get; }

    /// <summary>The spacing that the calendar marks are made for.</summary>
    public TimeFrequency Frequency { get; }

    /// <summary>What the model is told of every step beside the values.</summary>
    public MarkFeatures Features { get; }

    /// <summary>The series, standardised; at least one.</summary>
    public ImmutableArray<ForecastingSeries> Series { get; }

    /// <summary>The rows of the three parts, of every series; where a series is too short for a window of a part, it has none of it.</summary>
    public ImmutableArray<SplitBorders> Borders { get; }

    /// <summary>Windows to learn from.</summary>
    public ForecastingWindows Train { get; }

    /// <summary>Windows to choose by.</summary>
    public ForecastingWindows Validation { get; }

    /// <summary>Windows to report on.</summary>
    public ForecastingWindows Test { get; }

    /// <summary>Rows of all series.</summary>
    public long RowCount => Table.Series.Sum(series => (long)series.RowCount);

    /// <summary>Rows of the three parts, of all series together.</summary>
    public (long Train, long Validation, long Test) PartRows
    {
        get
        {
            var sizes = Table.Series.Select(series => _rule.Sizes(series.RowCount)).ToArray();
            return (sizes.Sum(size => (long)size.Train), sizes.Sum(size => (long)size.Validation), sizes.Sum(size => (long)size.Test));
        }
    }

    /// <summary>Names of the columns to forecast, in order.</summary>
    public ImmutableArray<string> Variates => Table.Series[0].Variates;

    /// <summary>Steps after which the series repeat, as far as their spacing tells.</summary>
    public int Season => Table.Step?.SeasonLength ?? 1;

    /// <summary>The sizes that a forecaster of this data is built for.</summary>
    public ForecastShape Shape => new(Section.Lookback, Section.Horizon, Section.LabelLength, Variates.Length,
        Features.Count, Season, Section.Marks == CalendarMarks.Integer, Features.KnownCount);

    /// <summary>Reads the data that a recipe names.</summary>
    /// <param name="section">The recipe's section.</param>
    /// <param name="store">Where known data sets are looked for.</param>
    /// <exception cref="UserException">No such data, a malformed file, or too few rows.</exception>
    public static ForecastData Load(ForecastDataSection section, DataStore store)
    {
        var source = KnownDataSources.All.FirstOrDefault(known => known.Id == section.Source);
        var path = source is null ? section.Source : Locate(source, store);
        return new ForecastData(section, Read(section, path, store.CacheFolder), section.Split ?? source?.Split ?? SplitRule.Default, path);
    }

    /// <summary>How the file of a recipe is to be read; what to predict from is read the same way.</summary>
    public static TimeSeriesReadOptions ReadOptions(ForecastDataSection section) => new()
    {
        Delimiter = section.Delimiter == "tab" ? '\t' : section.Delimiter?[0],
        DateColumn = section.DateColumn,
        DateFormat = section.DateFormat,
        IdColumn = section.IdColumn,
        Columns = section.Columns,
        Known = section.Known ?? [],
        Target = section.Target,
        Fill = section.Fill,
    };

    /// <summary>What a recipe tells its model of every step.</summary>
    /// <param name="section">The recipe's section.</param>
    /// <param name="frequency">The spacing that calendar marks are made for.</param>
    /// <param name="known">Standardises the known columns; null without such.</param>
    public static MarkFeatures FeaturesOf(ForecastDataSection section, TimeFrequency frequency, StandardScaler? known) => new(section.Marks switch
    {
        CalendarMarks.None => null,
        CalendarMarks.Integer => new CalendarFeatures(frequency, CalendarEncoding.Index),
        _ => new CalendarFeatures(frequency),
    }, known);

    /// <summary>What standardises a series by some of its rows, or leaves it as it is, as the recipe says.</summary>
    internal static StandardScaler ScalerOf(ForecastDataSection section, SeriesRows series, RowRange rows) => section.Standardize
        ? StandardScaler.Fit(series.VariateCount, visit => series.VisitValues(rows, visit))
        : StandardScaler.Identity(series.VariateCount);

    private static TimeSeriesTable Read(ForecastDataSection section, string path, string cacheFolder)
    {
        var options = ReadOptions(section);
        try
        {
            if (section.Stream ?? StreamedTableReader.IsLong(path))
                return StreamedTableReader.ReadAll(path, options, cacheFolder);
        }
        catch (UnstreamableTableException) when (section.Stream is null)
        {
            // Nobody asked for it: what can be done in memory is done there.
        }
        return TimeSeriesReader.ReadAll(path, options);
    }

    private static string Locate(DataSource source, DataStore store) => store.Find(source)
        ?? throw new UserException($"The data set {source.Id} is not on this machine: get it with 'anyformer data get {source.Id}', or name its folder with --data-dir.");

    private SplitBorders BordersOf(SeriesRows series) => Section.IdColumn is null
        ? _rule.Borders(series.RowCount, _window)
        : _rule.PossibleBorders(series.RowCount, _window);

    private ForecastingSeries Prepare(SeriesRows series)
    {
        var train = TrainRows(series);
        return new ForecastingSeries(series, ScalerOf(Section, series, train), Features) { Train = train };
    }

    /// <summary>The rows that a series is standardised by: at least the history of its first window.</summary>
    private RowRange TrainRows(SeriesRows series) =>
        new(0, Math.Max(_rule.Sizes(series.RowCount).Train, Math.Min(series.RowCount, Section.Lookback)));

    /// <summary>A known column means the same in every series, so all are standardised alike.</summary>
    private StandardScaler? KnownScaler()
    {
        var columns = Table.Series[0].KnownNames.Length;
        if (columns == 0 || !Section.Standardize)
            return columns == 0 ? null : StandardScaler.Identity(columns);
        return StandardScaler.Fit(columns, visit =>
        {
            foreach (var series in Table.Series)
                series.VisitKnown(TrainRows(series), visit);
        });
    }

    private ForecastingWindows Windows(
        string part, int needed, Func<(int Train, int Validation, int Test), int> size, Func<SplitBorders, RowRange> range)
    {
        ImmutableArray<SeriesPart> parts =
            [.. Series.Zip(Borders, (series, borders) => new SeriesPart(series, range(borders))).Where(candidate => candidate.Rows.Count > 0)];
        return parts.Length > 0
            ? new ForecastingWindows(parts, _window)
            : throw new UserException(
                $"None of the {Series.Length} series of {Path} has a window in its {part} part, the longest of which has "
                + $"{Table.Series.Max(series => size(_rule.Sizes(series.RowCount)))} rows, expected at least {needed} for look-back {Section.Lookback} and horizon {Section.Horizon}.");
    }
}
