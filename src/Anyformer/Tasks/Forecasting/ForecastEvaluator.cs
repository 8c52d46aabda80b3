using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Tasks.Forecasting.Intervals;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Measures a forecaster on every window of a part of the data; the model is in evaluation mode while it runs.</summary>
public sealed class ForecastEvaluator(ForecastData data, ForecastingWindows windows, int batchSize, Device device)
{
    /// <summary>Leaves a last short batch out, as the code of some papers does.</summary>
    public bool DropLast { get; init; }

    /// <summary>The scores over all windows.</summary>
    public ForecastReport Evaluate(Forecaster model)
    {
        var metrics = new ForecastMetrics(windows, data.Season);
        var count = DropLast && windows.Count > batchSize ? windows.Count / batchSize * batchSize : windows.Count;
        foreach (var batch in Enumerable.Range(0, count).Chunk(batchSize))
            metrics.Add(batch, Forecast(model, batch));
        return metrics.Report();
    }

    /// <summary>Windows of the part.</summary>
    public int WindowCount => windows.Count;

    /// <summary>Series side by side.</summary>
    public int Variates => windows.VariateCount;

    /// <summary>Values of a forecast: steps times variates.</summary>
    public int ValuesPerWindow => windows.Shape.Horizon * Variates;

    /// <summary>
    /// What a model says of some windows, spread evenly over the part, with its own bounds; and what came, standardised, NaN where that is
    /// unknown. Batch by batch.
    /// </summary>
    public IEnumerable<(ForecastBand Band, float[] Truth)> Bands(Forecaster model, double coverage, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Select(i => (int)((long)i * windows.Count / count)).Chunk(batchSize))
            yield return Answer(model, () =>
            {
                var given = ForecastBatch.Of(windows, batch, device);
                var target = given.TargetMask is { } known ? given.Target.MaskedFill(!known, double.NaN) : given.Target;
                return (ForecastBand.Of(model, given.Input, data.Season, coverage), target.ToArray<float>());
            });
    }

    /// <summary>What a model says of some windows, with its own bounds.</summary>
    public ForecastBand Band(Forecaster model, int[] batch, double coverage) =>
        Answer(model, () => ForecastBand.Of(model, ForecastBatch.Of(windows, batch, device).Input, data.Season, coverage));

    /// <summary>The mean of a loss over all windows.</summary>
    public double Loss(Forecaster model, ForecastLoss loss)
    {
        var sum = 0.0;
        foreach (var batch in Enumerable.Range(0, windows.Count).Chunk(batchSize))
            sum += batch.Length * Answer(model, () => loss.Of(model, ForecastBatch.Of(windows, batch, device)).Item<double>());
        return sum / windows.Count;
    }

    /// <summary>The standardised forecasts of some windows, (batch, horizon, variates) in row-major order.</summary>
    public float[] Forecast(Forecaster model, int[] batch) =>
        Answer(model, () => model.Call(ForecastBatch.Of(windows, batch, device).Input).ToArray<float>());

    /// <summary>How fast a model answers on these windows.</summary>
    public InferenceSpeed MeasureSpeed(Forecaster model) => InferenceSpeed.Measure(batch => Forecast(model, batch), windows.Count, batchSize);

    private static T Answer<T>(Forecaster model, Func<T> ask)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            return ask();
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
