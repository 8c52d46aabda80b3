using Anyformer.Data.Images;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Loading;
using Anyformer.Data.Images.Sets;
using Anyformer.Tests.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Loading;

public sealed class ImageBatchesTests : IDisposable
{
    private static readonly ImagePreprocessing s_small = new() { Size = 8, CropShare = 1, Normalization = ImageNormalization.None };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EvaluationReadsEveryImageInOrder()
    {
        using var scope = new TensorScope();
        using var batches = ImageBatches.ForEvaluation(Set(10), s_small, 4);
        var read = batches.ReadAll(Device.Cpu).ToArray();
        Assert.Equal([4, 4, 2], read.Select(batch => batch.Images.Shape[0]));
        Assert.Equal(Enumerable.Range(0, 10), read.SelectMany(batch => batch.Indices));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)(i % 3)), read.SelectMany(batch => batch.Labels.ToArray<long>()));
        Tensors.AssertClose(Enumerable.Range(0, 10).Select(i => i / 255.0).ToArray(), Functional.Cat([.. read.Select(batch => batch.Images[.., 0, 3, 3])]), 1e-6);
    }

    /// <summary>The order, and what becomes of each image, depend on seed, epoch and image alone: not on threads, and not on where an epoch is begun.</summary>
    [Fact]
    public void ThreadsChangeNothing()
    {
        using var scope = new TensorScope();
        var expected = Epoch(seed: 3, epoch: 1, workers: 1);
        foreach (var workers in new[] { 2, 5 })
            AssertSame(expected, Epoch(seed: 3, epoch: 1, workers));
        using var resumed = Training(seed: 3, workers: 2);
        resumed.BeginEpoch(1);
        AssertSame([expected[2]], [resumed.Read(2, Device.Cpu)]);
        AssertSame([expected[0]], [resumed.Read(0, Device.Cpu)]);
        Assert.NotEqual(Indices(expected), Indices(Epoch(seed: 3, epoch: 2, workers: 1)));
        Assert.NotEqual(Indices(expected), Indices(Epoch(seed: 4, epoch: 1, workers: 1)));
        Assert.Equal(12, Indices(expected).Distinct().Count());
    }

    [SkippableFact]
    public void BrokenImagesAreNamedAndLeftOut()
    {
        SampleImages.Need();
        using var scope = new TensorScope();
        for (var i = 0; i < 6; i++)
        {
            Directory.CreateDirectory(_folder["c"]);
            File.WriteAllBytes(_folder[$"c/{i}.png"], i == 1 ? [1, 2, 3] : ImageFile.EncodePng(SampleImages.Drawn(i, 3, 9, 9)));
        }

        var set = new ImageFolder(_folder.Path);
        using var batches = ImageBatches.ForEvaluation(set, s_small, 3);
        var read = batches.ReadAll(Device.Cpu).ToArray();
        Assert.Equal([0, 2, 3, 4, 5], read.SelectMany(batch => batch.Indices));
        Assert.Equal([2, 3], read.Select(batch => batch.Images.Shape[0]));
        Assert.Equal([$"{_folder["c/1.png"]}: this is not a JPEG or PNG image."], batches.Broken.Messages);
        using var strict = ImageBatches.ForEvaluation(set, s_small, 3, new ImageLoading { Strict = true });
        Assert.Equal(batches.Broken.Messages[0], Assert.Throws<BrokenImageException>(() => strict.Read(0, Device.Cpu)).Message);
        using var alone = ImageBatches.ForEvaluation(set, s_small, 1);
        Assert.Equal($"None of the 1 images of a batch can be decoded: {batches.Broken.Messages[0]}",
            Assert.Throws<UserException>(() => alone.ReadAll(Device.Cpu).ToArray()).Message);
    }

    private static ImageBatches Training(long seed, int workers) => ImageBatches.ForTraining(
        Set(13), s_small with { Size = 7 }, ImageAugmentation.Presets["deit"], 4, seed, new ImageLoading { Workers = workers });

    private static ImageBatch[] Epoch(long seed, int epoch, int workers)
    {
        using var batches = Training(seed, workers);
        batches.BeginEpoch(epoch);
        return [.. batches.ReadAll(Device.Cpu)];
    }

    private static IEnumerable<int> Indices(ImageBatch[] batches) => batches.SelectMany(batch => batch.Indices);

    private static void AssertSame(ImageBatch[] expected, ImageBatch[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.Indices, other.Indices);
            Tensors.AssertSame(one.Labels, other.Labels);
            Tensors.AssertSame(one.Images, other.Images);
            Tensors.AssertSame(one.Targets, other.Targets);
        }
    }

    /// <summary>Images 8 x 8 whose levels are their numbers, in three classes.</summary>
    private static ImagesInMemory Set(int count) => new(
        "memory", [.. Enumerable.Range(0, count).Select(i => Enumerable.Repeat((byte)i, 64).ToArray())],
        [.. Enumerable.Range(0, count).Select(i => i % 3)], (1, 8, 8), ["a", "b", "c"]);
}
