using Anyformer.Data.Images.Files;
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
    private readonly ImageSet _set;
    private readonly ImageTransform _transform;
    private readonly ImageNormalizer _normalizer;
    private readonly ImageLoading _loading;
    private readonly int _size;
    private readonly long? _seed;
    private int[] _order;
    private int _epoch;
    private OrderedPrefetch<RawBatch>? _prefetch;

    private ImageBatches(
        ImageSet set, ImagePreprocessing preprocessing, ImageTransform transform, int batchSize, int count, long? seed, ImageLoading loading)
    {
        (_set, _transform, _size, _seed, _loading) = (set, transform, preprocessing.Size, seed, loading);
        (BatchSize, Count) = (batchSize, count);
        _normalizer = new ImageNormalizer(preprocessing.Normalization, set.Channels);
        _order = [.. Enumerable.Range(0, set.Count)];
    }

    /// <summary>Images of a batch; the last one of an evaluation may have fewer, and so may any with a broken image.</summary>
    public int BatchSize { get; }

    /// <summary>Batches of an epoch.</summary>
    public int Count { get; }

    /// <summary>The images that were left out because they cannot be decoded.</summary>
    public BrokenImages Broken { get; } = new();

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
        return new ImageBatches(set, preprocessing, augmentation.Training(preprocessing), size, set.Count / size, seed, loading ?? new ImageLoading());
    }

    /// <summary>All images in their order, as they are.</summary>
    /// <param name="set">The images.</param>
    /// <param name="preprocessing">The size and the scale that the model takes.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <param name="loading">How they are read.</param>
    public static ImageBatches ForEvaluation(ImageSet set, ImagePreprocessing preprocessing, int batchSize, ImageLoading? loading = null) =>
        new(set, preprocessing, preprocessing.Evaluation(), batchSize, (set.Count + batchSize - 1) / batchSize, null, loading ?? new ImageLoading());

    /// <summary>Begins an epoch; without it the first one is read.</summary>
    public void BeginEpoch(int epoch)
    {
        Stop();
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
        return Finish(raw, device);
    }

    /// <summary>All batches of the epoch, in order. Each is freed with the scope that the caller has open when it comes.</summary>
    /// <param name="device">Where they go.</param>
    /// <exception cref="UserException">As with <see cref="Read"/>.</exception>
    public IEnumerable<ImageBatch> ReadAll(Device device)
    {
        for (var i = 0; i < Count; i++)
            yield return Read(i, device);
    }

    /// <summary>Stops reading ahead.</summary>
    public void Dispose() => Stop();

    private void Start(int batch)
    {
        Stop();
        if (_seed is { } seed)
            _order = new SplitMix(seed, _epoch).Permutation(_set.Count);
        var (order, epoch) = (_order, _epoch);
        _prefetch = new OrderedPrefetch<RawBatch>(
            batch, Count, number => Make(order, epoch, number), _loading.Threads, _loading.Threads * _loading.Prefetch, TorchRuntime.UseOneThreadHere);
    }

    private void Stop()
    {
        _prefetch?.Dispose();
        _prefetch = null;
    }

    private RawBatch Make(int[] order, int epoch, int batch)
    {
        using var scope = new TensorScope();
        int[] indices = order[(batch * BatchSize)..Math.Min((batch + 1) * BatchSize, order.Length)];
        var pixels = Functional.Empty([indices.Length, _set.Channels, _size, _size], DType.UInt8);
        int[] whole = [.. indices.Where(index => !Broken.Contains(index))];
        var filled = new List<int>(whole.Length);
        foreach (var index in whole)
            if (TryRead(index, epoch, pixels, filled.Count))
                filled.Add(index);
        if (filled.Count == 0)
            throw new UserException($"None of the {indices.Length} images of a batch can be decoded: {Broken.Messages[0]}");
        var kept = filled.Count == indices.Length ? pixels : pixels[..filled.Count];
        return new RawBatch(scope.Keep(kept), [.. filled.Select(index => (long)_set.Label(index))], [.. filled]);
    }

    private bool TryRead(int index, int epoch, Tensor pixels, int place)
    {
        using var scope = new TensorScope();
        try
        {
            var random = new ImageRandom(_seed ?? 0, epoch, index);
            pixels.Select(0, place).CopyInPlace(_transform.Apply(_set.Read(index), random));
            return true;
        }
        catch (BrokenImageException problem) when (!_loading.Strict)
        {
            Broken.Add(index, problem);
            return false;
        }
    }

    private ImageBatch Finish(RawBatch raw, Device device)
    {
        using var scope = new TensorScope();
        var images = _normalizer.Normalize(raw.Pixels.To(device));
        var labels = Tensor.From(raw.Labels, raw.Labels.Length).To(device);
        return new ImageBatch(scope.Keep(images), scope.Keep(labels), labels, raw.Indices);
    }
}
