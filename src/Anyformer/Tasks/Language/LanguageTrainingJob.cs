using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Language;

/// <summary>Training a language model: cross-entropy of what comes next, windows that begin at another place every epoch, in another order.</summary>
public sealed class LanguageTrainingJob : TrainingJob
{
    private readonly LanguageModel _model;
    private readonly TextData _data;
    private readonly LanguageEvaluator _validation;
    private readonly Device _device;
    private readonly long _seed;
    private readonly ShuffledBatches _batches;
    private TextWindows _windows;

    /// <summary>A job of a model on a text.</summary>
    /// <param name="model">The model, on <paramref name="device"/>.</param>
    /// <param name="data">The text.</param>
    /// <param name="batchSize">Windows of a batch.</param>
    /// <param name="evaluationBatchSize">Windows of a batch of the validation.</param>
    /// <param name="seed">Decides where windows begin, and their order.</param>
    /// <param name="device">Where batches go.</param>
    public LanguageTrainingJob(LanguageModel model, TextData data, int batchSize, int evaluationBatchSize, long seed, Device device)
    {
        (_model, _data, _seed, _device) = (model, data, seed, device);
        _windows = new TextWindows(data.Train, data.Tokens);
        // Wherever the first window begins, the last place may be too short for one.
        _batches = new ShuffledBatches(Math.Max(1, _windows.Count - 1), batchSize, seed);
        _validation = new LanguageEvaluator(data, evaluationBatchSize, device);
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _batches.Count;

    /// <inheritdoc/>
    public override int BatchSize => _batches.BatchSize;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata =>
        new Dictionary<string, string> { ["vocabulary"] = $"{_data.Tokenizer.Count}", ["tokens"] = $"{_data.Tokens}" };

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch)
    {
        _batches.BeginEpoch(epoch);
        var room = _data.Train.Length - 1 - (Math.Max(1, new TextWindows(_data.Train, _data.Tokens).Count - 1) * _data.Tokens);
        using var scope = new TensorScope();
        using var generator = new Generator(_seed + epoch);
        _windows = new TextWindows(_data.Train, _data.Tokens, (int)Functional.RandInt(room + 1, [1], generator).Item<long>());
    }

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        using var auxiliary = new AuxiliaryLoss();
        var (inputs, targets) = _windows.Batch(_batches[batch], _device);
        return scope.Keep(auxiliary.AddTo(_model.Call(inputs).Flatten(0, 1).CrossEntropyLoss(targets.Flatten())));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = _validation.Evaluate(_model) };
}
