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
        _predictions = [.. Enumerable.Range(0, Math.Min(MostVariates, data.Variates.Length)).Select(_ => new List<ModelForecast>())];
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
        .Select(step => Original(values[step * _data.Variates.Length + variate], variate))];

    private double Original(double standardised, int variate)
    {
        var scaler = _data.Test.Parts[_data.Test.Locate(_window).Part].Series.Scaler;
        return standardised * scaler.Deviation[variate] + scaler.Mean[variate];
    }

    private ForecastSample Sample(int variate, IReadOnlyList<ModelForecast> predictions)
    {
        var (part, start) = _data.Test.Locate(_window);
        var series = _data.Test.Parts[part].Series.Series;
        var (lookback, length) = (_data.Section.Lookback, _data.Test.Shape.Length);
        string[] times = [.. series.TimesFrom(start, length).Select(time => time.ToString("s"))];
        var values = new double[length * series.VariateCount];
        series.CopyValues(start, values);
        double[] column = [.. values.Where((_, i) => i % series.VariateCount == variate)];
        return new ForecastSample
        {
            Variate = series.Id is null ? series.Variates[variate] : $"{series.Variates[variate]} of {series.Id}",
            HistoryTimes = times[..lookback],
            History = column[..lookback],
            TruthTimes = times[lookback..],
            Truth = column[lookback..],
            Predictions = predictions,
        };
    }
}
