using Anyformer.Data.Images;
using Anyformer.Data.Images.Transforms;
using Anyformer.Testing;
using Anyformer.Tests.Data.Images.Files;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Images.Transforms;

public sealed class ImageTransformTests
{
    [Fact]
    public void ResizingSeesEveryPixel()
    {
        using var scope = new TensorScope();
        var stripes = Tensor.From([.. Enumerable.Range(0, 64).Select(i => (byte)(i % 2 * 200))], 1, 8, 8);
        foreach (var interpolation in Enum.GetValues<Interpolation>())
            Tensors.AssertClose(Enumerable.Repeat(100.0, 4).ToArray(), Resize.To(stripes, 4, 4, interpolation)[0, 1..3, 1..3].Flatten(), 0.06);
        Assert.Same(stripes, Resize.To(stripes, 8, 8, Interpolation.Bicubic));
    }

    [Fact]
    public void TheShorterSideIsBroughtToItsLength() => Property.Holds(
        from height in Gen.Choose(1, 60)
        from width in Gen.Choose(1, 60)
        from side in Gen.Choose(1, 40)
        select (height, width, side),
        drawn =>
        {
            using var scope = new TensorScope();
            var resized = new ResizeShorterSide(drawn.side, Interpolation.Bilinear).Apply(SampleImages.Drawn(0, 1, drawn.height, drawn.width), Draws());
            Assert.Equal(drawn.side, Math.Min(resized.Shape[1], resized.Shape[2]));
            Assert.InRange(Math.Abs(resized.Shape[1] * (double)drawn.width / drawn.height - resized.Shape[2]), 0, Math.Max(1, (double)drawn.width / drawn.height));
            Assert.Equal([1, 9, 13], new CenterCrop(9, 13).Apply(resized, Draws()).Shape);
        },
        runs: 50);

    [Fact]
    public void TheMiddleIsCutOut()
    {
        using var scope = new TensorScope();
        var image = Tensor.From([.. Enumerable.Range(0, 30).Select(i => (byte)i)], 1, 5, 6);
        Tensors.AssertClose([7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22], new CenterCrop(3, 4).Apply(image, Draws()), 0);
        Tensors.AssertClose([0, 1, 2, 3, 0, 0, 7, 8, 9, 0], new CenterCrop(2, 5).Apply(image[.., ..2, 1..4], Draws()), 0);
    }

    [Fact]
    public void PaddedCropsMoveTheImage()
    {
        using var scope = new TensorScope();
        var image = Functional.Full([1, 8, 16], 7, DType.UInt8);
        var places = Enumerable.Range(0, 200).Select(i =>
        {
            var moved = new PaddedRandomCrop(0.125).Apply(image, new ImageRandom(0, 0, i));
            Assert.Equal([1, 8, 16], moved.Shape);
            return (moved.Select(2, 8).Eq(0).Sum().Item<int>(), moved.Select(1, 4).Eq(0).Sum().Item<int>());
        });
        Assert.Equal(
            [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)],
            places.Distinct().Order());
    }

    [Fact]
    public void RandomPartsHaveTheAreaAndTheProportionsAskedFor()
    {
        using var scope = new TensorScope();
        var rows = Functional.Arange(64, dtype: DType.UInt8).View([1, 64, 1]).Expand([1, 64, 64]);
        for (var i = 0; i < 50; i++)
        {
            var part = new RandomResizedCrop(32, 0.25, Interpolation.Bilinear).Apply(rows, new ImageRandom(1, 0, i)).To(DType.Float32);
            Assert.Equal([1, 32, 32], part.Shape);
            // Its rows span a share of all rows between the square roots of 1/4 * 3/4 and 1.
            var height = (part[0, 31, 0] - part[0, 0, 0]).Item<float>() / 31 * 32;
            Assert.InRange(height, 64 * Math.Sqrt(0.25 * 0.75) - 3, 66);
        }
    }

    [Fact]
    public void FlipsAreAsFrequentAsAskedFor()
    {
        using var scope = new TensorScope();
        var image = Tensor.From([1, 2], 1, 1, 2).To(DType.UInt8);
        var flipped = Enumerable.Range(0, 1000).Count(i => new RandomHorizontalFlip(0.3).Apply(image, new ImageRandom(0, 0, i))[0, 0, 0].Item<int>() == 2);
        Assert.InRange(flipped, 250, 350);
    }

    /// <summary>Every preset gives images of the model's size whatever the size of the file, the same ones for the same draws.</summary>
    [Fact]
    public void PresetsGiveTheSizeOfTheModel() => Property.Holds(
        from preset in Gen.Elements<string>([.. ImageAugmentation.Presets.Keys])
        from height in Gen.Choose(1, 50)
        from width in Gen.Choose(1, 50)
        from channels in Gen.Elements(1, 3)
        from index in Gen.Choose(0, 1000)
        select (preset, height, width, channels, index),
        drawn =>
        {
            using var scope = new TensorScope();
            var training = ImageAugmentation.Presets[drawn.preset].Training(new ImagePreprocessing { Size = 20 }, drawn.channels);
            var image = SampleImages.Drawn(drawn.index, drawn.channels, drawn.height, drawn.width);
            var before = image.Clone();
            var made = training.Apply(image, new ImageRandom(5, 2, drawn.index));
            Assert.Equal([drawn.channels, 20, 20], made.Shape);
            Assert.Equal(DType.UInt8, made.DType);
            Tensors.AssertSame(made, training.Apply(image, new ImageRandom(5, 2, drawn.index)));
            Tensors.AssertSame(before, image);
        },
        runs: 60);

    [Fact]
    public void RandAugmentAndJitterChangeImages()
    {
        using var scope = new TensorScope();
        var image = SampleImages.Slope(3, 16, 16);
        ImageTransform[] transforms = [new RandAugment(new RandAugmentOptions(), [1, 2, 3]), new ColorJitter(0.4)];
        foreach (var transform in transforms)
        {
            var made = Enumerable.Range(0, 60).Select(i => Convert.ToHexString(transform.Apply(image, new ImageRandom(0, 0, i)).ToArray<byte>())).ToArray();
            Assert.InRange(made.Distinct().Count(), 25, 60);
        }

        var never = new RandAugment(new RandAugmentOptions { Probability = 0 }, [1, 2, 3]);
        Assert.Same(image, never.Apply(image, Draws()));
    }

    [Fact]
    public void EqualizedLevelsAreAboutAsFrequent()
    {
        using var scope = new TensorScope();
        var random = new Random(3);
        var image = Tensor.From([.. Enumerable.Range(0, 10_000).Select(_ => (byte)(100 + random.Next(40)))], 1, 100, 100);
        var levels = RandAugment.Equalize(image).ToArray<byte>();
        for (var quarter = 0; quarter < 4; quarter++)
            Assert.InRange(levels.Count(level => level / 64 == quarter), 2000, 3000);
    }

    private static ImageRandom Draws() => new(0, 0, 0);
}
