using Anyformer.Checkpoints;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>A trained forecaster from the folder of its run, ready to continue other tables.</summary>
public sealed class ForecastPredictor
{
    private const int SeriesAtOnce = 64;

    private readonly ForecastRecipe _recipe;
    private readonly ForecastMetadata _metadata;
    private readonly Forecaster _model;
    private readonly ConformalIntervals? _intervals;
    private readonly Device _device;

    private ForecastPredictor(ForecastRecipe recipe, ForecastMetadata metadata, Forecaster model, ConformalIntervals? intervals, Device device) =>
        (_recipe, _metadata, _model, _intervals, _device) = (recipe, metadata, model, intervals, device);

    /// <summary>Opens the best checkpoint of a run.</summary>
    /// <exception cref="UserException">The folder holds no run, or one that has not validated yet.</exception>
    public static ForecastPredictor Open(string folder, string device = "cpu", FrozenPrecision precision = FrozenPrecision.Float32)
    {
        var (recipe, path) = TrainedRun<ForecastRecipe>.Open(folder, "a forecaster");
        using var scope = new TensorScope();
        var weights = Safetensors.Load(path, out var texts);
        var metadata = ForecastMetadata.FromTexts(texts, path);
        var place = Devices.Parse(device);
        var model = ForecastModels.Build(recipe.Model, recipe.Loss, metadata.Shape, recipe.Training.Seed, place);
        model.Load(weights);
        model.Freeze(precision);
        var intervals = ForecastRun.IntervalsPath(folder) is var known && File.Exists(known) ? ConformalIntervals.Load(known, metadata.Shape) : null;
        return new ForecastPredictor(recipe, metadata, model, intervals, place);
    }

    /// <summary>Continues the one series of a table from its last row.</summary>
    /// <param name="path">A table with the columns that the model was trained on.</param>
    /// <param name="fill">What stands in for missing values; null for what the recipe says.</param>
    /// <exception cref="UserException">A column is missing, or there are fewer rows than the lookback.</exception>
    public Forecast Predict(string path, FillPolicy? fill = null) => PredictAll(path, fill).Forecasts[0];

    /// <summary>
    /// Continues every series of a table from its last row. A series that the model was not trained on is standardised by its own rows.
    /// </summary>
    /// <param name="path">A table with the columns that the model was trained on.</param>
    /// <param name="fill">What stands in for missing values; null for what the recipe says.</param>
    /// <exception cref="UserException">A column is missing, or no series has as many rows as the lookback.</exception>
    public SeriesForecasts PredictAll(string path, FillPolicy? fill = null)
    {
        var places = _metadata.Ids.Index().ToDictionary(item => item.Item, item => item.Index);
        return Continue(Read(path, _metadata.Variates, fill), path, _intervals, series =>
            series.Id is null ? _metadata.ScalerAt(0)
            : places.TryGetValue(series.Id, out var place) ? _metadata.ScalerAt(place)
            : OwnScaler(series));
    }

    /// <summary>
    /// Continues columns that the model was not trained on, when it is free in the number of variates. They are standardised by their own rows,
    /// if it was trained on standardised ones.
    /// </summary>
    /// <param name="path">A table of any columns.</param>
    /// <param name="fill">What stands in for missing values; null for what the recipe says.</param>
    /// <exception cref="UserException">The model is bound to its variates, or there are fewer rows than the lookback.</exception>
    public SeriesForecasts PredictUnseen(string path, FillPolicy? fill = null)
    {
        if (!_model.TakesAnyVariates)
            throw new UserException($"The model {_recipe.Model.Id} forecasts only the {_metadata.Variates.Count} variates it was trained on: {string.Join(", ", _metadata.Variates)}.");
        // Margins are known for the variates of the training alone.
        return Continue(Read(path, columns: null, fill), path, intervals: null, OwnScaler);
    }

    private StandardScaler OwnScaler(SeriesRows series) => ForecastData.ScalerOf(_recipe.Data, series, new RowRange(0, series.RowCount));

    private TimeSeriesTable Read(string path, IReadOnlyList<string>? columns, FillPolicy? fill)
    {
        var options = ForecastData.ReadOptions(_recipe.Data);
        return TimeSeriesReader.ReadAll(path, options with { Columns = columns, Target = null, Fill = fill ?? options.Fill });
    }

    private SeriesForecasts Continue(TimeSeriesTable table, string path, ConformalIntervals? intervals, Func<SeriesRows, StandardScaler> scaler)
    {
        var (lookback, ids) = (_metadata.Shape.Lookback, _recipe.Data.IdColumn);
        var features = ForecastData.FeaturesOf(_recipe.Data, TimeFrequencyCodes.Parse(_metadata.Frequency), _metadata.KnownScaler);
        var enough = table.Series.Where(series => series.RowCount >= lookback).ToArray();
        if (enough.Length == 0)
            throw new UserException(ids is null
                ? $"{path} has {table.Series[0].RowCount} rows, expected at least the lookback of {lookback}."
                : $"The longest series of {path} has {table.Series.Max(series => series.RowCount)} rows, expected at least the lookback of {lookback}.");
        var forecasts = enough.Chunk(SeriesAtOnce).SelectMany(some => Continue(
            [.. some.Select(series => new ForecastingSeries(series, scaler(series), features))], intervals, path));
        return new SeriesForecasts(ids, [.. forecasts], [.. table.Series.Except(enough).Select(series => series.Id!)]);
    }

    private Forecast[] Continue(ForecastingSeries[] series, ConformalIntervals? intervals, string path)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var times = Array.ConvertAll(series, one => FutureTimes(one.Series, path));
        var band = ForecastBand.Of(_model, Input(series, times), _metadata.Shape.Season, intervals?.Coverage ?? _recipe.Evaluation.Coverage);
        var widened = intervals?.Widen(band);
        return [.. series.Select((one, i) =>
        {
            double[] Original(float[] standardised)
            {
                var size = standardised.Length / series.Length;
                var values = new double[size];
                one.Scaler.Inverse(standardised.AsSpan(i * size, size), values);
                return values;
            }

            return Forecast(one.Series, times[i], Original(band.Point)) with
            {
                Bounds = widened is null ? null : new ForecastBounds(intervals!.Coverage, Original(widened.Lower), Original(widened.Upper)),
            };
        })];
    }

    private Forecast Forecast(SeriesRows series, DateTime[] times, double[] values)
    {
        var lookback = _metadata.Shape.Lookback;
        var history = new double[lookback * series.VariateCount];
        series.CopyValues(series.RowCount - lookback, history);
        return new Forecast(series.Variates, times, values)
        {
            Id = series.Id,
            History = history,
            HistoryTimes = series.TimesFrom(series.RowCount - lookback, lookback),
        };
    }

    /// <summary>The times to forecast: with known columns those of the rows after the last value, which must be the next steps.</summary>
    private DateTime[] FutureTimes(SeriesRows series, string path)
    {
        var horizon = _metadata.Shape.Horizon;
        if (series.KnownNames.Length == 0)
            return series.FutureTimes(horizon);
        var place = series.Id is null ? path : $"{path}: the series '{series.Id}'";
        if (series.FutureCount < horizon)
            throw new UserException(
                $"{place} has {series.FutureCount} rows after the last value, expected the {horizon} rows of the horizon, with "
                + $"{string.Join(", ", series.KnownNames)} filled in and {string.Join(", ", series.Variates)} left empty.");
        var times = series.TimesFrom(series.RowCount, horizon);
        foreach (var (found, expected) in times.Zip(series.Step is null ? times : series.FutureTimes(horizon)))
            if (found != expected)
                throw new UserException($"{place} has a row for {found:yyyy-MM-dd HH:mm:ss} after the last value, expected one for {expected:yyyy-MM-dd HH:mm:ss}.");
        return times;
    }

    private ForecastInput Input(ForecastingSeries[] series, DateTime[][] times)
    {
        var (shape, variates, marks) = (_metadata.Shape, series[0].Series.VariateCount, series[0].Features.Count);
        var past = Rows(series.Length, shape.Lookback, variates, (i, rows) =>
        {
            series[i].CopyValues(series[i].Series.RowCount - shape.Lookback, rows);
            MissingValues.CarryForward(rows, variates);
        });
        return marks == 0 ? new ForecastInput(past) : new ForecastInput(past,
            Rows(series.Length, shape.Lookback, marks, (i, rows) => series[i].CopyMarks(series[i].Series.RowCount - shape.Lookback, rows)),
            Rows(series.Length, shape.LabelLength + shape.Horizon, marks, (i, rows) =>
            {
                var label = shape.LabelLength * marks;
                series[i].CopyMarks(series[i].Series.RowCount - shape.LabelLength, rows[..label]);
                FutureMarks(series[i], times[i]).CopyTo(rows[label..]);
            }));
    }

    private static float[] FutureMarks(ForecastingSeries series, DateTime[] times)
    {
        var known = new double[times.Length * series.Features.KnownCount];
        series.Series.CopyKnown(series.Series.RowCount, known);
        return series.Features.Compute(times, known);
    }

    /// <summary>Rows of every series, (series, rows, width).</summary>
    private Tensor Rows(int series, int rows, int width, Action<int, Span<float>> copy)
    {
        var tensor = Functional.Empty([series, rows, width]);
        for (var i = 0; i < series; i++)
            copy(i, tensor.AsSpan<float>().Slice(i * rows * width, rows * width));
        return tensor.To(_device);
    }
}
