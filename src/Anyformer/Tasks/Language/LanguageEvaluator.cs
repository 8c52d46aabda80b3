using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>Measures a model of texts on the validation text; the model is in evaluation mode while it runs.</summary>
/// <param name="data">The text.</param>
/// <param name="objective">What the model is to say of it.</param>
/// <param name="batchSize">Windows of a batch.</param>
/// <param name="device">Where the model is.</param>
internal sealed class LanguageEvaluator(TextData data, TextObjective objective, int batchSize, Device device)
{
    /// <summary>Decides which tokens are hidden, the same at every evaluation.</summary>
    private const long Seed = 1;

    private readonly TextWindows _windows = new(data.Validation, data.Tokens);

    /// <summary>The mean of minus the logarithm of the probability given to what was to be said, over all whole windows.</summary>
    internal double Evaluate(TextModel model)
    {
        var (sum, count) = (0.0, 0L);
        using var draws = new Generator(Seed);
        using var memory = model is IRecurrentLanguageModel recurrent ? new CarriedMemory(recurrent) : null;
        Func<TextInput, Tensor> read = memory is null ? model.Call : text => memory.Read(text.Tokens);
        foreach (var windows in memory is null ? Enumerable.Range(0, _windows.Count).Chunk(batchSize) : Segments())
            Answer(model, read, windows, draws, (scores, labels) =>
            {
                sum += scores.Flatten(0, 1).CrossEntropyLoss(labels.Flatten(), reduction: 2, ignoreIndex: TextObjective.Ignored).Item<double>();
                count += labels.Ne(TextObjective.Ignored).Sum().Item<long>();
            });
        return sum / count;
    }

    /// <summary>How fast a model reads windows.</summary>
    internal InferenceSpeed MeasureSpeed(TextModel model)
    {
        using var draws = new Generator(Seed);
        return InferenceSpeed.Measure(windows => Answer(model, model.Call, windows, draws, (scores, _) => scores.ToArray<float>()), _windows.Count, batchSize);
    }

    /// <summary>All windows in batches whose rows each go on with a stretch of the text; towards the end the last rows have none left.</summary>
    private IEnumerable<int[]> Segments()
    {
        var stretch = (_windows.Count + batchSize - 1) / batchSize;
        return Enumerable.Range(0, stretch).Select(segment =>
            (int[])[.. Enumerable.Range(0, batchSize).Select(row => row * stretch + segment).TakeWhile(window => window < _windows.Count)]);
    }

    private void Answer(TextModel model, Func<TextInput, Tensor> read, int[] windows, Generator draws, Action<Tensor, Tensor> use)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            var (inputs, labels) = objective.Of(_windows.Batch(windows, device), draws);
            use(read(inputs), labels);
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
