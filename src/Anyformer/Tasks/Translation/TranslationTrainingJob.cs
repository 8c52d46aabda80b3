using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Tasks.Language;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Translation;

/// <summary>Training a translator: cross-entropy of what comes next in the translation, texts of similar lengths together.</summary>
public sealed class TranslationTrainingJob : TrainingJob
{
    private readonly SequenceToSequenceModel _model;
    private readonly TranslationData _data;
    private readonly TranslationEvaluator _validation;
    private readonly LabelSmoothedLoss _loss;
    private readonly Device _device;
    private readonly LengthBuckets _batches;

    /// <summary>A job of a model on texts.</summary>
    /// <param name="model">The model, on <paramref name="device"/>.</param>
    /// <param name="data">The texts.</param>
    /// <param name="batchSize">Texts of a batch.</param>
    /// <param name="loss">What is made small.</param>
    /// <param name="validation">Measures the validation loss.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="device">Where batches go.</param>
    public TranslationTrainingJob(
        SequenceToSequenceModel model, TranslationData data, int batchSize, LabelSmoothedLoss loss, TranslationEvaluator validation, long seed, Device device)
    {
        (_model, _data, _loss, _validation, _device) = (model, data, loss, validation, device);
        _batches = new LengthBuckets([.. data.Train.Select(text => text.Length)], batchSize, seed);
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
        var texts = TranslationBatch.Of([.. _batches[batch].Select(text => _data.Train[text])], _data, _device);
        var scores = _model.CallDecoder(texts.Target, _model.CallEncoder(texts.Source), texts.Source.Real);
        return scope.Keep(auxiliary.AddTo(_loss.Call(scores, texts.Labels)));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = _validation.Loss(_model) };
}
