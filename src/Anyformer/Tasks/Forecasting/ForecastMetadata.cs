using System.Collections.Immutable;
using System.Text.Json;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;

namespace Anyformer.Tasks.Forecasting;

/// <summary>What a saved forecaster must know of its data to be used on more of it.</summary>
public sealed record ForecastMetadata
{
    private const string Key = "forecast";

    /// <summary>From what JSON says.</summary>
    public ForecastMetadata() { }

    /// <summary>Of the data that a model is trained on.</summary>
    internal ForecastMetadata(ForecastData data)
    {
        Variates = data.Variates;
        Ids = [.. data.Series.Select(series => series.Series.Id).OfType<string>()];
        Mean = [.. data.Series.SelectMany(series => series.Scaler.Mean)];
        Deviation = [.. data.Series.SelectMany(series => series.Scaler.Deviation)];
        Known = data.Table.Series[0].KnownNames;
        KnownMean = data.Features.KnownScaler?.Mean ?? [];
        KnownDeviation = data.Features.KnownScaler?.Deviation ?? [];
        Frequency = data.Frequency.Code();
        Shape = data.Shape;
    }

    /// <summary>The names of the variates, in order.</summary>
    public IReadOnlyList<string> Variates { get; init; } = [];

    /// <summary>The ids of the series; none for a table of one series.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>The mean of each variate on the training rows, series after series.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [];

    /// <summary>The deviation of each variate on the training rows, series after series.</summary>
    public IReadOnlyList<double> Deviation { get; init; } = [];

    /// <summary>The names of the columns known ahead, in order.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>The mean of each on the training rows.</summary>
    public IReadOnlyList<double> KnownMean { get; init; } = [];

    /// <summary>The deviation of each on the training rows.</summary>
    public IReadOnlyList<double> KnownDeviation { get; init; } = [];

    /// <summary>The spacing that calendar marks are made for, as a code.</summary>
    public string Frequency { get; init; } = "h";

    /// <summary>The sizes the model was built for.</summary>
    public ForecastShape Shape { get; init; } = new(1, 1, 0, 1, 0, 1, false);

    /// <summary>The scaler that standardised a series of the training data, by its place among them.</summary>
    internal StandardScaler ScalerAt(int series)
    {
        ImmutableArray<double> Of(IReadOnlyList<double> figures) => [.. Enumerable.Range(series * Variates.Count, Variates.Count).Select(i => figures[i])];
        return new StandardScaler(Of(Mean), Of(Deviation));
    }

    /// <summary>The scaler that standardised the known columns; null without such.</summary>
    internal StandardScaler? KnownScaler => Known.Count == 0 ? null : new([.. KnownMean], [.. KnownDeviation]);

    /// <summary>JSON can hold anything: a scaler of other variates, a lookback of no steps.</summary>
    private bool FitsTogether =>
        Variates is { Count: > 0 } && Ids is not null && Variates.Concat(Ids).All(name => name is not null)
        && Ids.Distinct().Count() == Ids.Count
        && AreScaled(Math.Max(1, Ids.Count) * Variates.Count, Mean, Deviation)
        && Known is not null && Known.All(name => name is not null) && AreScaled(Known.Count, KnownMean, KnownDeviation)
        && Frequency is not null && Shape is { Lookback: > 0, Horizon: > 0, LabelLength: >= 0, Marks: >= 0 }
        && Shape.LabelLength <= Shape.Lookback && Shape.Variates == Variates.Count && Shape.Known == Known.Count && Shape.Known <= Shape.Marks;

    private static bool AreScaled(int columns, IReadOnlyList<double>? mean, IReadOnlyList<double>? deviation) =>
        mean?.Count == columns && deviation?.Count == columns
        && mean.All(double.IsFinite) && deviation.All(value => double.IsFinite(value) && value > 0);

    /// <summary>As the metadata of a checkpoint.</summary>
    public IReadOnlyDictionary<string, string> ToTexts() => new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(this) };

    /// <summary>From the metadata of a checkpoint.</summary>
    /// <exception cref="UserException">It is no checkpoint of a forecaster.</exception>
    public static ForecastMetadata FromTexts(IReadOnlyDictionary<string, string> metadata, string path)
    {
        try
        {
            if (metadata.TryGetValue(Key, out var text) && JsonSerializer.Deserialize<ForecastMetadata>(text) is { } read)
                return read.FitsTogether ? read : throw new UserException($"The checkpoint {path} says of its data what does not fit together: {text}");
        }
        catch (JsonException exception)
        {
            throw new UserException($"The checkpoint {path} says of its data what cannot be read: {exception.Message}", exception);
        }

        throw new UserException($"The checkpoint {path} is none of a forecaster: its metadata has no entry '{Key}'.");
    }
}
