using Anyformer.Comparison;
using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Forecasts beside the truth, for the pictures of a report: the first variates, in a window from the middle of the test part.</summary>
internal sealed class ForecastSamples
{
    private const int MostVariates = 12;

    private readonly ForecastData _data;
    private readonly ForecastEvaluator _evaluator;
    private readonly int _window;
    private readonly List<ModelForecast>[] _predictions;

    internal ForecastSamples(ForecastData data, Device device)
    {
        _data = data;
        _evaluator = new ForecastEvaluator(data, data.Test, batchSize: 1, device);
        _window = data.Test.Count / 2;
        _predictions = [.. Enumerable.Range(0, Math.Min(MostVariates, data.Reading.Series.VariateCount)).Select(_ => new List<ModelForecast>())];
    }

    internal IReadOnlyList<ForecastSample> Samples => [.. _predictions.Select((predictions, variate) => Sample(variate, predictions))];

    /// <summary>Adds what a model says would come, with its prediction intervals.</summary>
    internal void Add(string id, Forecaster model, ConformalIntervals intervals)
    {
        var band = intervals.Widen(_evaluator.Band(model, [_window], intervals.Coverage));
        for (var variate = 0; variate < _predictions.Length; variate++)
            _predictions[variate].Add(new ModelForecast(id, Column(band.Point, variate))
            {
                Lower = Column(band.Lower, variate),
                Upper = Column(band.Upper, variate),
            });
    }

    private double[] Column(float[] values, int variate) => [.. Enumerable.Range(0, _data.Section.Horizon)
        .Select(step => Original(values[step * _data.Reading.Series.VariateCount + variate], variate))];

    private double Original(double standardised, int variate) =>
        standardised * _data.Scaled.Scaler.Deviation[variate] + _data.Scaled.Scaler.Mean[variate];

    private ForecastSample Sample(int variate, IReadOnlyList<ModelForecast> predictions)
    {
        var series = _data.Reading.Series;
        var start = _data.Test.Rows.Start + _window;
        var history = Enumerable.Range(start, _data.Section.Lookback).ToArray();
        var future = Enumerable.Range(start + _data.Section.Lookback, _data.Section.Horizon).ToArray();
        return new ForecastSample
        {
            Variate = series.Variates[variate],
            HistoryTimes = [.. history.Select(row => series.Times[row].ToString("s"))],
            History = [.. history.Select(row => series.Row(row)[variate])],
            TruthTimes = [.. future.Select(row => series.Times[row].ToString("s"))],
            Truth = [.. future.Select(row => series.Row(row)[variate])],
            Predictions = predictions,
        };
    }
}
