using Anyformer.Data.Sequences;
using Anyformer.Models.Sequences;
using Anyformer.Torch;

namespace Anyformer.Tasks.Sequences;

/// <summary>Measures a classifier on the samples of a part of the data; the model is in evaluation mode while it runs.</summary>
/// <param name="data">The data.</param>
/// <param name="samples">One of its parts.</param>
/// <param name="batchSize">Samples of a batch.</param>
/// <param name="device">Where the model is.</param>
public sealed class SequenceEvaluator(SequenceData data, SequenceSamples samples, int batchSize, Device device)
{
    /// <summary>The scores over all samples.</summary>
    public SequenceScores Evaluate(SequenceClassifier model, CancellationToken cancellation = default)
    {
        var (right, loss) = (0L, 0.0);
        foreach (var indices in Enumerable.Range(0, samples.Count).Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            Answer(model, indices, (scores, batch) =>
            {
                right += scores.ArgMax(-1).Eq(batch.Labels).Sum().Item<long>();
                loss += scores.CrossEntropyLoss(batch.Labels).Item<double>() * indices.Length;
            });
        }

        return new SequenceScores((double)right / samples.Count, loss / samples.Count);
    }

    /// <summary>How fast a model answers on these samples.</summary>
    public InferenceSpeed MeasureSpeed(SequenceClassifier model) =>
        InferenceSpeed.Measure(batch => Answer(model, batch, (scores, _) => scores.ToArray<float>()), samples.Count, batchSize);

    /// <summary>Sees whether a model takes such samples at all.</summary>
    /// <exception cref="UserException">It does not: a mechanism cannot obey the padding, say.</exception>
    public void Try(SequenceClassifier model) => Answer(model, [0], (scores, _) => scores.ToArray<float>());

    private void Answer(SequenceClassifier model, int[] indices, Action<Tensor, SequenceBatch> use)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            var batch = SequenceBatch.Of(data, samples, indices, device);
            use(model.Call(batch.Tokens, batch.Real), batch);
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
