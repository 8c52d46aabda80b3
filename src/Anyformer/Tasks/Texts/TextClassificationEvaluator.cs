using Anyformer.Comparison.Classification;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Models.Language.Classification;
using Anyformer.Torch;

namespace Anyformer.Tasks.Texts;

/// <summary>Measures a classifier on texts; the model is in evaluation mode while it runs.</summary>
/// <param name="data">What the texts are of.</param>
/// <param name="texts">The texts.</param>
/// <param name="batchSize">Texts of a batch.</param>
/// <param name="device">Where the model is.</param>
public sealed class TextClassificationEvaluator(TextClassificationData data, IReadOnlyList<ClassifiedText> texts, int batchSize, Device device)
{
    private const int MostMistakes = 24;

    /// <summary>The scores over all texts.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TextClassificationScores Evaluate(TextClassifier model, CancellationToken cancellation = default)
    {
        var (loss, confusion, mistakes) = (0.0, new long[data.Classes.Length, data.Classes.Length], new List<TextMistake>());
        // Texts of like lengths come together, so that little is padding.
        foreach (var batch in texts.OrderBy(text => text.Ids.Length).Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var scores = Scores(model, batch);
            loss += scores.CrossEntropyLoss(Tensor.From<long>([.. batch.Select(text => (long)text.Label)]).To(device), reduction: 2).Item<double>();
            var (probabilities, said) = scores.To(DType.Float64).Softmax(-1).Max(-1);
            foreach (var (text, (answer, probability)) in batch.Zip(said.ToArray<long>().Zip(probabilities.ToArray<double>())))
            {
                confusion[text.Label, answer]++;
                if (text.Label != answer)
                    mistakes.Add(new TextMistake(text, (int)answer, probability));
            }
        }

        return new TextClassificationScores(new ClassificationScores(confusion), loss / texts.Count,
            [.. mistakes.OrderByDescending(mistake => mistake.Probability).Take(MostMistakes)]);
    }

    /// <summary>How fast a model answers.</summary>
    public InferenceSpeed MeasureSpeed(TextClassifier model) =>
        InferenceSpeed.Measure(indices => Scores(model, [.. indices.Select(index => texts[index])]).ToArray<float>(), texts.Count, batchSize);

    private Tensor Scores(TextClassifier model, ClassifiedText[] batch)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            return scope.Keep(model.Call(TextClassifierBatch.Of([.. batch.Select(text => (text.Ids, text.Types))], data.Tokenizer.Special, model.Model, device)).To(DType.Float32));
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
