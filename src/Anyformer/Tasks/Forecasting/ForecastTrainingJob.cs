using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// Training a forecaster as the papers do: mean squared error on standardised values, windows shuffled anew every epoch, a last short batch dropped.
/// </summary>
public sealed class ForecastTrainingJob : TrainingJob
{
    private readonly Forecaster _model;
    private readonly ForecastData _data;
    private readonly ForecastEvaluator _validation;
    private readonly Device _device;
    private readonly long _seed;
    private int[] _order = [];

    /// <summary>A job of a model on data.</summary>
    /// <param name="model">The forecaster, on <paramref name="device"/>.</param>
    /// <param name="data">What it learns.</param>
    /// <param name="batchSize">Windows of a batch.</param>
    /// <param name="evaluationBatchSize">Windows of a batch of the validation.</param>
    /// <param name="seed">Decides the order of the windows.</param>
    /// <param name="device">Where batches go.</param>
    public ForecastTrainingJob(Forecaster model, ForecastData data, int batchSize, int evaluationBatchSize, long seed, Device device)
    {
        (_model, _data, _seed, _device) = (model, data, seed, device);
        BatchSize = Math.Min(batchSize, data.Train.Count);
        _validation = new ForecastEvaluator(data, data.Validation, evaluationBatchSize, device);
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _data.Train.Count / BatchSize;

    /// <inheritdoc/>
    public override int BatchSize { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => new ForecastMetadata(_data).ToTexts();

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch)
    {
        using var scope = new TensorScope();
        using var generator = new Generator(_seed + epoch);
        _order = Array.ConvertAll(Functional.RandPerm(_data.Train.Count, generator).ToArray<long>(), static window => (int)window);
    }

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        var windows = ForecastBatch.Of(_data.Train, _order.AsSpan(batch * BatchSize, BatchSize), _data.Section.Marks, _device);
        var forecast = _model.Call(windows.Input);
        RequireAllVariates(forecast, windows.Target);
        return scope.Keep(forecast.MseLoss(windows.Target));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        var scores = _validation.Evaluate(_model).Overall;
        return new Dictionary<string, double> { ["loss"] = scores.MeanSquaredError, ["mae"] = scores.MeanAbsoluteError };
    }

    /// <summary>A loss would stretch a single forecast over all variates without a word.</summary>
    private static void RequireAllVariates(Tensor forecast, Tensor target)
    {
        if (forecast.Size(2) != target.Size(2))
            throw new UserException($"The model forecasts {forecast.Size(2)} variates, expected all {target.Size(2)} of the data.");
    }
}
