using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Language;

/// <summary>
/// Training a language model that remembers: every row of a batch is a stretch of the text of its own, read segment after segment, and what the model
/// remembers goes with it (Transformer-XL: Dai et al. 2019, arXiv 1901.02860, section 3.2). An epoch begins without memory, at another place of the text.
/// </summary>
internal sealed class SegmentTrainingJob : TrainingJob, IDisposable
{
    private readonly LanguageModel _model;
    private readonly TextData _data;
    private readonly LanguageEvaluator _validation;
    private readonly Device _device;
    private readonly long _seed;
    private readonly CarriedMemory _memory;
    private readonly int _segments;
    private TextWindows _windows;

    /// <summary>A job of a model on a text.</summary>
    /// <param name="model">The model, on <paramref name="device"/>; an <see cref="IRecurrentLanguageModel"/>.</param>
    /// <param name="data">The text.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="validation">Measures it.</param>
    /// <param name="seed">Decides where epochs begin.</param>
    /// <param name="device">Where batches go.</param>
    internal SegmentTrainingJob(LanguageModel model, TextData data, int batchSize, LanguageEvaluator validation, long seed, Device device)
    {
        (_model, _data, _validation, _seed, _device) = (model, data, validation, seed, device);
        _memory = new CarriedMemory((IRecurrentLanguageModel)model);
        _windows = new TextWindows(data.Train, data.Tokens);
        BatchSize = Math.Min(batchSize, _windows.Count);
        _segments = _windows.Count / BatchSize;
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _segments;

    /// <inheritdoc/>
    public override int BatchSize { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State => _memory.State;

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _memory.Load(state, _device);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata =>
        new Dictionary<string, string> { ["vocabulary"] = $"{_data.Tokenizer.Count}", ["tokens"] = $"{_data.Tokens}" };

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch)
    {
        _memory.Dispose();
        var room = _data.Train.Length - 1 - BatchSize * _segments * _data.Tokens;
        using var scope = new TensorScope();
        using var generator = new Generator(_seed + epoch);
        _windows = new TextWindows(_data.Train, _data.Tokens, (int)Functional.RandInt(room + 1, [1], generator).Item<long>());
    }

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        using var auxiliary = new AuxiliaryLoss();
        int[] rows = [.. Enumerable.Range(0, BatchSize).Select(row => row * _segments + batch)];
        var windows = _windows.Batch(rows, _device);
        var scores = _memory.Read(windows.Narrow(1, 0, _data.Tokens));
        return scope.Keep(auxiliary.AddTo(scores.Flatten(0, 1).CrossEntropyLoss(windows.Narrow(1, 1, _data.Tokens).Flatten())));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["loss"] = _validation.Evaluate(_model) };

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
