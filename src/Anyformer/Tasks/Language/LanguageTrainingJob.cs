using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Language;

/// <summary>Training a model of texts: cross-entropy of what is to be said, windows that begin at another place every epoch, in another order.</summary>
internal sealed class LanguageTrainingJob : TrainingJob
{
    private readonly TextModel _model;
    private readonly TextObjective _objective;
    private readonly TextData _data;
    private readonly LanguageEvaluator _validation;
    private readonly Device _device;
    private readonly long _seed;
    private readonly ShuffledBatches _batches;
    private TextWindows _windows;
    private int _epoch;

    /// <summary>A job of a model on a text.</summary>
    /// <param name="model">The model, on <paramref name="device"/>.</param>
    /// <param name="data">The text.</param>
    /// <param name="objective">What the model is to say.</param>
    /// <param name="batchSize">Windows of a batch.</param>
    /// <param name="evaluationBatchSize">Windows of a batch of the validation.</param>
    /// <param name="seed">Decides where windows begin, and their order.</param>
    /// <param name="device">Where batches go.</param>
    internal LanguageTrainingJob(TextModel model, TextData data, TextObjective objective, int batchSize, int evaluationBatchSize, long seed, Device device)
    {
        (_model, _data, _objective, _seed, _device) = (model, data, objective, seed, device);
        _windows = new TextWindows(data.Train, data.Tokens);
        // Wherever the first window begins, the last place may be too short for one.
        _batches = new ShuffledBatches(Math.Max(1, _windows.Count - 1), batchSize, seed);
        _validation = new LanguageEvaluator(data, objective, evaluationBatchSize, device);
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
        _epoch = epoch;
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
        // What is drawn for a batch depends on nothing but seed, epoch and batch, so that a resumed run draws the same.
        using var draws = new Generator(unchecked((_seed * 31 + _epoch) * 1_000_003 + batch) & long.MaxValue);
        var (inputs, labels) = _objective.Of(_windows.Batch(_batches[batch], _device), draws);
        return scope.Keep(auxiliary.AddTo(_model.Call(inputs).Flatten(0, 1).CrossEntropyLoss(labels.Flatten(), ignoreIndex: TextObjective.Ignored)));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = _validation.Evaluate(_model) };
}
