using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// Training a forecaster as the papers do: a loss on standardised values, with the terms that the model adds; windows shuffled anew every epoch, a last short batch dropped.
/// </summary>
public sealed class ForecastTrainingJob : TrainingJob
{
    private readonly Forecaster _model;
    private readonly ForecastData _data;
    private readonly ForecastLoss _loss;
    private readonly ForecastEvaluator _validation;
    private readonly Device _device;
    private readonly ShuffledBatches _batches;

    /// <summary>A job of a model on data.</summary>
    /// <param name="model">The forecaster, on <paramref name="device"/>.</param>
    /// <param name="data">What it learns.</param>
    /// <param name="loss">What it makes small.</param>
    /// <param name="batchSize">Windows of a batch.</param>
    /// <param name="evaluationBatchSize">Windows of a batch of the validation.</param>
    /// <param name="seed">Decides the order of the windows.</param>
    /// <param name="device">Where batches go.</param>
    public ForecastTrainingJob(Forecaster model, ForecastData data, ForecastLoss loss, int batchSize, int evaluationBatchSize, long seed, Device device)
    {
        (_model, _data, _loss, _device) = (model, data, loss, device);
        _batches = new ShuffledBatches(data.Train.Count, batchSize, seed);
        _validation = new ForecastEvaluator(data, data.Validation, evaluationBatchSize, device);
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _batches.Count;

    /// <inheritdoc/>
    public override int BatchSize => _batches.BatchSize;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => new ForecastMetadata(_data).ToTexts();

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _batches.BeginEpoch(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        using var auxiliary = new AuxiliaryLoss();
        var windows = ForecastBatch.Of(_data.Train, _batches[batch], _device);
        return scope.Keep(auxiliary.AddTo(_loss.Of(_model, windows)));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        var scores = _validation.Evaluate(_model).Overall;
        var loss = _loss.Of(scores) ?? _validation.Loss(_model, _loss);
        return new Dictionary<string, double> { ["loss"] = loss, ["mse"] = scores.MeanSquaredError, ["mae"] = scores.MeanAbsoluteError };
    }
}
