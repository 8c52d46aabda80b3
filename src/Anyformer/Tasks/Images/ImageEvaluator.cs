using Anyformer.Data.Images;
using Anyformer.Data.Images.Loading;
using Anyformer.Data.Images.Sets;
using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>Measures a classifier on a set of images; the model is in evaluation mode while it runs.</summary>
/// <param name="set">The images.</param>
/// <param name="preprocessing">What they go through.</param>
/// <param name="batchSize">Images of a batch.</param>
/// <param name="loading">How they are read.</param>
/// <param name="device">Where the model is.</param>
public sealed class ImageEvaluator(ImageSet set, ImagePreprocessing preprocessing, int batchSize, ImageLoading loading, Device device)
{
    private const int MostMistakes = 24, Five = 5;

    /// <summary>The scores over all images that can be decoded.</summary>
    /// <exception cref="UserException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ImageScores Evaluate(ImageClassifier model, CancellationToken cancellation = default)
    {
        var classes = set.Classes.Length;
        var (count, right, topFive, loss) = (0L, 0L, 0L, 0.0);
        var (confusion, mistakes) = (new long[classes, classes], new List<ImageMistake>());
        using var batches = ImageBatches.ForEvaluation(set, preprocessing, batchSize, loading);
        for (var number = 0; number < batches.Count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var batch = batches.Read(number, device);
            var scores = Scores(model, batch.Images);
            var (probabilities, order) = scores.Softmax(-1).TopK(Math.Min(Five, classes));
            (count, loss) = (count + batch.Indices.Length, loss + scores.CrossEntropyLoss(batch.Labels).Item<double>() * batch.Indices.Length);
            topFive += order.Eq(batch.Labels.Unsqueeze(-1)).Sum().Item<long>();
            var (said, sure) = (order[.., 0].ToArray<long>(), probabilities[.., 0].To(DType.Float64).ToArray<double>());
            foreach (var (place, index) in batch.Indices.Index())
            {
                var truth = set.Label(index);
                confusion[truth, said[place]]++;
                if (truth == said[place])
                    right++;
                else
                    mistakes.Add(new ImageMistake(index, truth, (int)said[place], sure[place]));
            }
        }

        return new ImageScores((double)right / count, (double)topFive / count, loss / count, confusion,
            [.. mistakes.OrderByDescending(mistake => mistake.Probability).Take(MostMistakes)], batches.Broken.Messages);
    }

    /// <summary>How fast a model answers, decoding not included.</summary>
    public InferenceSpeed MeasureSpeed(ImageClassifier model)
    {
        using var scope = new TensorScope();
        using var batches = ImageBatches.ForEvaluation(set, preprocessing, batchSize, loading);
        var images = batches.Read(0, device).Images;
        return InferenceSpeed.Measure(indices => Scores(model, images[..indices.Length]).ToArray<float>(), (int)images.Size(0), batchSize);
    }

    private static Tensor Scores(ImageClassifier model, Tensor images)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            return scope.Keep(model.Call(images).To(DType.Float32));
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
