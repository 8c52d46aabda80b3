using Anyformer.Checkpoints;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>A trained forecaster from the folder of its run, ready to continue other tables.</summary>
public sealed class ForecastPredictor
{
    private readonly ForecastRecipe _recipe;
    private readonly ForecastMetadata _metadata;
    private readonly Forecaster _model;
    private readonly ConformalIntervals? _intervals;
    private readonly Device _device;

    private ForecastPredictor(ForecastRecipe recipe, ForecastMetadata metadata, Forecaster model, ConformalIntervals? intervals, Device device) =>
        (_recipe, _metadata, _model, _intervals, _device) = (recipe, metadata, model, intervals, device);

    /// <summary>Opens the best checkpoint of a run.</summary>
    /// <exception cref="UserException">The folder holds no run, or one that has not validated yet.</exception>
    public static ForecastPredictor Open(string folder, string device = "cpu")
    {
        var path = new Training.CheckpointStore(ForecastRun.CheckpointsPath(folder)).BestPath;
        if (!File.Exists(ForecastRun.RecipePath(folder)) || !File.Exists(path))
            throw new UserException($"The folder '{folder}' holds no trained run: expected {ForecastRun.RecipePath(folder)} and {path}.");
        if (Recipe.Load(ForecastRun.RecipePath(folder)) is not ForecastRecipe recipe)
            throw new UserException($"The run '{folder}' is none of a forecaster.");
        using var scope = new TensorScope();
        var weights = Safetensors.Load(path, out var texts);
        var metadata = ForecastMetadata.FromTexts(texts, path);
        var place = Devices.Parse(device);
        var model = ForecastModels.Build(recipe.Model, recipe.Loss, metadata.Shape, recipe.Training.Seed, place);
        model.Load(weights);
        model.Eval();
        var intervals = ForecastRun.IntervalsPath(folder) is var known && File.Exists(known) ? ConformalIntervals.Load(known, metadata.Shape) : null;
        return new ForecastPredictor(recipe, metadata, model, intervals, place);
    }

    /// <summary>Continues the series of a table from its last row.</summary>
    /// <param name="path">A table with the columns that the model was trained on.</param>
    /// <param name="fill">What stands in for missing values; null for what the recipe says.</param>
    /// <exception cref="UserException">A column is missing, or there are fewer rows than the lookback.</exception>
    public Forecast Predict(string path, FillPolicy? fill = null)
    {
        var series = Read(path, _metadata.Variates, fill);
        return Continue(series, new ForecastingSeries(series, _metadata.Scaler, Features), _intervals, path);
    }

    /// <summary>
    /// Continues series that the model was not trained on, when it is free in the number of variates. They are standardised by their own rows,
    /// if it was trained on standardised ones.
    /// </summary>
    /// <param name="path">A table of any columns.</param>
    /// <param name="fill">What stands in for missing values; null for what the recipe says.</param>
    /// <exception cref="UserException">The model is bound to its variates, or there are fewer rows than the lookback.</exception>
    public Forecast PredictUnseen(string path, FillPolicy? fill = null)
    {
        if (!_model.TakesAnyVariates)
            throw new UserException($"The model {_recipe.Model.Id} forecasts only the {_metadata.Variates.Count} variates it was trained on: {string.Join(", ", _metadata.Variates)}.");
        var series = Read(path, columns: null, fill);
        var scaler = ForecastData.Scaler(_recipe.Data, series.Values.AsSpan(), series.VariateCount);
        // Margins are known for the variates of the training alone.
        return Continue(series, new ForecastingSeries(series, scaler, Features), intervals: null, path);
    }

    private MarkFeatures Features => ForecastData.Features(_recipe.Data, TimeFrequencyCodes.Parse(_metadata.Frequency), _metadata.KnownScaler);

    private TimeSeries Read(string path, IReadOnlyList<string>? columns, FillPolicy? fill)
    {
        var options = ForecastData.ReadOptions(_recipe.Data);
        return TimeSeriesReader.Read(path, options with { Columns = columns, Target = null, Fill = fill ?? options.Fill }).Series;
    }

    private Forecast Continue(TimeSeries series, ForecastingSeries scaled, ConformalIntervals? intervals, string path)
    {
        var shape = _metadata.Shape;
        if (series.RowCount < shape.Lookback)
            throw new UserException($"{path} has {series.RowCount} rows, expected at least the lookback of {shape.Lookback}.");
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var times = FutureTimes(series, path);
        double[] Original(float[] standardised)
        {
            var values = new double[standardised.Length];
            scaled.Scaler.Inverse(standardised, values);
            return values;
        }

        var band = ForecastBand.Of(_model, Input(scaled, times), shape.Season, intervals?.Coverage ?? _recipe.Evaluation.Coverage);
        var widened = intervals?.Widen(band);
        return new Forecast(series.Variates, times, Original(band.Point))
        {
            Bounds = widened is null ? null : new ForecastBounds(intervals!.Coverage, Original(widened.Lower), Original(widened.Upper)),
            History = [.. series.Values[^(shape.Lookback * series.VariateCount)..]],
            HistoryTimes = [.. series.Times[^shape.Lookback..]],
        };
    }

    /// <summary>The times to forecast: with known columns those of the rows after the last value, which must be the next steps.</summary>
    private DateTime[] FutureTimes(TimeSeries series, string path)
    {
        var horizon = _metadata.Shape.Horizon;
        if (series.Known.Count == 0)
            return series.FutureTimes(horizon);
        if (series.Known.FutureTimes.Length < horizon)
            throw new UserException(
                $"{path} has {series.Known.FutureTimes.Length} rows after the last value, expected the {horizon} rows of the horizon, with "
                + $"{string.Join(", ", series.Known.Names)} filled in and {string.Join(", ", series.Variates)} left empty.");
        DateTime[] times = [.. series.Known.FutureTimes[..horizon]];
        foreach (var (found, expected) in times.Zip(series.Step is null ? times : series.FutureTimes(horizon)))
            if (found != expected)
                throw new UserException($"{path} has a row for {found:yyyy-MM-dd HH:mm:ss} after the last value, expected one for {expected:yyyy-MM-dd HH:mm:ss}.");
        return times;
    }

    private ForecastInput Input(ForecastingSeries scaled, DateTime[] futureTimes)
    {
        var (shape, rows, variates, marks) = (_metadata.Shape, scaled.Series.RowCount, scaled.Series.VariateCount, scaled.Features.Count);
        float[] history = [.. scaled.Values[^(shape.Lookback * variates)..]];
        MissingValues.CarryForward(history, variates);
        var past = Tensor.From(history, 1, shape.Lookback, variates).To(_device);
        if (marks == 0)
            return new ForecastInput(past);
        var pastMarks = scaled.Marks[^(shape.Lookback * marks)..];
        var known = scaled.Series.Known.Rows(new RowRange(rows, rows + shape.Horizon));
        float[] futureMarks = [.. scaled.Marks[^(shape.LabelLength * marks)..], .. scaled.Features.Compute(futureTimes, known)];
        return new ForecastInput(past, Tensor.From(pastMarks, [1, shape.Lookback, marks]).To(_device),
            Tensor.From(futureMarks, 1, shape.LabelLength + shape.Horizon, marks).To(_device));
    }
}
