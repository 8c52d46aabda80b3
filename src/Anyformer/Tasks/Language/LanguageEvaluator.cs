using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>Measures a language model on the validation text; the model is in evaluation mode while it runs.</summary>
/// <param name="data">The text.</param>
/// <param name="batchSize">Windows of a batch.</param>
/// <param name="device">Where the model is.</param>
public sealed class LanguageEvaluator(TextData data, int batchSize, Device device)
{
    private readonly TextWindows _windows = new(data.Validation, data.Tokens);

    /// <summary>The mean of minus the logarithm of the probability given to what comes next, over all whole windows.</summary>
    public double Evaluate(LanguageModel model)
    {
        var sum = 0.0;
        foreach (var windows in Enumerable.Range(0, _windows.Count).Chunk(batchSize))
            Answer(model, windows, (scores, targets) => sum += scores.Flatten(0, 1).CrossEntropyLoss(targets.Flatten()).Item<double>() * windows.Length);
        return sum / _windows.Count;
    }

    /// <summary>How fast a model reads windows.</summary>
    public InferenceSpeed MeasureSpeed(LanguageModel model) =>
        InferenceSpeed.Measure(windows => Answer(model, windows, (scores, _) => scores.ToArray<float>()), _windows.Count, batchSize);

    private void Answer(LanguageModel model, int[] windows, Action<Tensor, Tensor> use)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            var (inputs, targets) = _windows.Batch(windows, device);
            use(model.Call(inputs), targets);
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
