using Anyformer.Data.Images.Sets;
using Anyformer.Data.Images.Transforms;
using Anyformer.Data.Sequences;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Loading;

/// <summary>
/// The batches of an epoch, read ahead on threads. What is in a batch depends on seed, epoch and the number of the batch alone, not on the threads:
/// a run that is resumed in the middle of an epoch gets the same ones.
/// </summary>
public sealed class ImageBatches : IDisposable
{
    private readonly int _images;
    private readonly bool _isShuffled;
    private readonly long _seed;
    private readonly ImageNormalizer _normalizer;
    private readonly BatchMixing _mixing;
    private readonly BatchReader _reader;
    private readonly ImageLoading _loading;
    private int _epoch;
    private OrderedPrefetch<RawBatch>? _prefetch;

    private ImageBatches(
        ImageSet set, ImagePreprocessing preprocessing, ImageAugmentation? augmentation, int batchSize, int count, long seed, ImageLoading? loading)
    {
        (_images, _isShuffled, _seed, _loading) = (set.Count, augmentation is not null, seed, loading ?? new ImageLoading());
        (BatchSize, Count) = (batchSize, count);
        _normalizer = new ImageNormalizer(preprocessing.Normalization, set.Channels);
        _mixing = new BatchMixing(augmentation?.Mixup ?? 0, augmentation?.CutMix ?? 0, augmentation?.LabelSmoothing ?? 0, set.Classes.Length);
        _reader = new BatchReader(
            set, augmentation?.Training(preprocessing, set.Channels) ?? preprocessing.Evaluation(),
            new RandomErasing(augmentation?.Erasing ?? 0), preprocessing.Size, _loading.Strict);
    }

    /// <summary>Images of a batch; the last one of an evaluation may have fewer, and so may any with a broken image.</summary>
    public int BatchSize { get; }

    /// <summary>Batches of an epoch.</summary>
    public int Count { get; }

    /// <summary>The images that were left out because they cannot be decoded.</summary>
    public BrokenImages Broken => _reader.Broken;

    /// <summary>Batches to learn from: shuffled anew every epoch and varied; what fills no batch is left out of the epoch.</summary>
    /// <param name="set">The images.</param>
    /// <param name="preprocessing">The size and the scale that the model takes.</param>
    /// <param name="augmentation">How images are varied.</param>
    /// <param name="batchSize">Images of a batch, at most all there are.</param>
    /// <param name="seed">Decides the order and the variations.</param>
    /// <param name="loading">How they are read.</param>
    public static ImageBatches ForTraining(
        ImageSet set, ImagePreprocessing preprocessing, ImageAugmentation augmentation, int batchSize, long seed, ImageLoading? loading = null)
    {
        var size = Math.Min(batchSize, set.Count);
        return new ImageBatches(set, preprocessing, augmentation, size, set.Count / size, seed, loading);
    }

    /// <summary>All images in their order, as they are.</summary>
    /// <param name="set">The images.</param>
    /// <param name="preprocessing">The size and the scale that the model takes.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <param name="loading">How they are read.</param>
    public static ImageBatches ForEvaluation(ImageSet set, ImagePreprocessing preprocessing, int batchSize, ImageLoading? loading = null) =>
        new(set, preprocessing, null, batchSize, (set.Count + batchSize - 1) / batchSize, 0, loading);

    /// <summary>Begins an epoch; without it the first one, 0, is read.</summary>
    public void BeginEpoch(int epoch)
    {
        Dispose();
        _epoch = epoch;
    }

    /// <summary>A batch of the epoch. Those that follow are read meanwhile, so that asking for them in order costs little.</summary>
    /// <param name="batch">Its number, from 0.</param>
    /// <param name="device">Where it goes.</param>
    /// <exception cref="UserException">An image cannot be read, or none of the batch can be decoded.</exception>
    public ImageBatch Read(int batch, Device device)
    {
        if (_prefetch?.Next != batch)
            Start(batch);
        using var raw = _prefetch!.Take();
        using var scope = new TensorScope();
        var images = _normalizer.Normalize(raw.Pixels.To(device));
        foreach (var erasure in raw.Erasures)
            erasure.Apply(images);
        var labels = Tensor.From(raw.Labels, raw.Labels.Length).To(device);
        var targets = _mixing.Apply(images, labels, new ImageRandom(_seed, _epoch, -1 - batch));
        return new ImageBatch(scope.Keep(images), scope.Keep(labels), scope.Keep(targets), raw.Indices);
    }

    /// <summary>All batches of the epoch, in order. Each is freed with the scope that the caller has open when it comes.</summary>
    /// <param name="device">Where they go.</param>
    /// <exception cref="UserException">As with <see cref="Read"/>.</exception>
    public IEnumerable<ImageBatch> ReadAll(Device device)
    {
        for (var i = 0; i < Count; i++)
            yield return Read(i, device);
    }

    /// <summary>Stops reading ahead; a batch that is asked for afterwards begins anew.</summary>
    public void Dispose()
    {
        _prefetch?.Dispose();
        _prefetch = null;
    }

    private void Start(int batch)
    {
        Dispose();
        var epoch = _epoch;
        int[] order = _isShuffled ? new SplitMix(_seed, epoch).Permutation(_images) : [.. Enumerable.Range(0, _images)];
        RawBatch Make(int number) => _reader.Read(order.AsSpan(number * BatchSize, Math.Min(BatchSize, _images - number * BatchSize)), _seed, epoch);
        _prefetch = new OrderedPrefetch<RawBatch>(
            batch, Count, Make, _loading.Threads, _loading.Threads * _loading.Prefetch, TorchRuntime.UseOneThreadHere);
    }
}
