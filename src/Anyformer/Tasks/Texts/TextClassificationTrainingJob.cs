using Anyformer.Data.Texts.Labelled;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Classification;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Texts;

/// <summary>Training a classifier of texts: cross-entropy, texts of similar lengths together.</summary>
public sealed class TextClassificationTrainingJob : TrainingJob
{
    private readonly TextClassifier _model;
    private readonly TextClassificationData _data;
    private readonly TextClassificationEvaluator _validation;
    private readonly Device _device;
    private readonly LengthBuckets _batches;

    /// <summary>A job of a model on texts.</summary>
    /// <param name="model">The classifier, on <paramref name="device"/>.</param>
    /// <param name="shape">The sizes that its model was built for.</param>
    /// <param name="data">The texts.</param>
    /// <param name="batchSize">Texts of a batch.</param>
    /// <param name="validation">Measures the validation.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="device">Where batches go.</param>
    public TextClassificationTrainingJob(
        TextClassifier model, LanguageShape shape, TextClassificationData data, int batchSize, TextClassificationEvaluator validation, long seed, Device device)
    {
        (_model, _data, _validation, _device) = (model, data, validation, device);
        _batches = new LengthBuckets([.. data.Train.Select(text => text.Ids.Length)], batchSize, seed);
        Metadata = new TextClassifierMetadata(data.Classes, shape).ToTexts();
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _batches.Count;

    /// <inheritdoc/>
    public override int BatchSize => _batches.BatchSize;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _batches.BeginEpoch(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        using var auxiliary = new AuxiliaryLoss();
        ClassifiedText[] texts = [.. _batches[batch].Select(text => _data.Train[text])];
        var scores = _model.Call(TextClassifierBatch.Of([.. texts.Select(text => (text.Ids, text.Types))], _data.Tokenizer.Special, _model.Model, _device));
        return scope.Keep(auxiliary.AddTo(scores.CrossEntropyLoss(Tensor.From<long>([.. texts.Select(text => (long)text.Label)]).To(_device))));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        var scores = _validation.Evaluate(_model);
        var classes = scores.Classification;
        return new Dictionary<string, double>
        {
            ["error-rate"] = 1 - classes.Accuracy,
            ["loss"] = scores.CrossEntropy,
            ["accuracy"] = classes.Accuracy,
            ["macro-f1"] = classes.MacroF1,
            ["matthews"] = classes.MatthewsCorrelation,
        };
    }

    /// <summary>Accuracy is what is wanted: a model may get surer of its mistakes while it makes fewer.</summary>
    public override string ValidationMetric => "error-rate";
}
