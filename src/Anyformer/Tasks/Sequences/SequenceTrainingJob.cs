using Anyformer.Data.Sequences;
using Anyformer.Models.Sequences;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Sequences;

/// <summary>Training a classifier of sequences: cross-entropy, samples shuffled anew every epoch, a last short batch dropped.</summary>
public sealed class SequenceTrainingJob : TrainingJob
{
    private readonly SequenceClassifier _model;
    private readonly SequenceData _data;
    private readonly SequenceEvaluator _validation;
    private readonly Device _device;
    private readonly ShuffledBatches _batches;

    /// <summary>A job of a model on data.</summary>
    /// <param name="model">The classifier, on <paramref name="device"/>.</param>
    /// <param name="data">What it learns.</param>
    /// <param name="batchSize">Samples of a batch.</param>
    /// <param name="evaluationBatchSize">Samples of a batch of the validation.</param>
    /// <param name="seed">Decides the order of the samples.</param>
    /// <param name="device">Where batches go.</param>
    public SequenceTrainingJob(SequenceClassifier model, SequenceData data, int batchSize, int evaluationBatchSize, long seed, Device device)
    {
        (_model, _data, _device) = (model, data, device);
        _batches = new ShuffledBatches(data.Train.Count, batchSize, seed);
        _validation = new SequenceEvaluator(data, data.Validation, evaluationBatchSize, device);
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _batches.Count;

    /// <inheritdoc/>
    public override int BatchSize => _batches.BatchSize;

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _batches.BeginEpoch(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        using var auxiliary = new AuxiliaryLoss();
        var samples = SequenceBatch.Of(_data, _data.Train, _batches[batch], _device);
        return scope.Keep(auxiliary.AddTo(_model.Call(samples.Tokens, samples.Real).CrossEntropyLoss(samples.Labels)));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        var scores = _validation.Evaluate(_model);
        return new Dictionary<string, double> { ["loss"] = scores.CrossEntropy, ["accuracy"] = scores.Accuracy };
    }
}
