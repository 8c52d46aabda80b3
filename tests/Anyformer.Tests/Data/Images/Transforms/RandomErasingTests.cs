using Anyformer.Data.Images.Transforms;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Transforms;

public sealed class RandomErasingTests
{
    [Fact]
    public void ErasuresAreAsFrequentAndAsLargeAsPublished()
    {
        using var scope = new TensorScope();
        var erasures = Enumerable.Range(0, 400).Select(i => new RandomErasing(0.25).Draw(i, 3, 32, new ImageRandom(0, 0, i))).OfType<Erasure>().ToArray();
        Assert.InRange(erasures.Length, 70, 130);
        foreach (var erasure in erasures)
        {
            var (height, width) = (erasure.Noise.Shape[1], erasure.Noise.Shape[2]);
            Assert.InRange(erasure.Top, 0, 32 - height);
            Assert.InRange(erasure.Left, 0, 32 - width);
            Assert.InRange(height * width / 1024.0, 0.01, 0.36);
        }

        Assert.InRange(Functional.Cat([.. erasures.Select(erasure => erasure.Noise.Flatten())]).Square().Mean().Sqrt().Item<double>(), 0.95, 1.05);
    }

    [Fact]
    public void TheNoiseStandsInItsRectangle()
    {
        using var scope = new TensorScope();
        var images = Functional.Zeros([2, 1, 4, 4]);
        new Erasure(1, 2, 1, Tensor.From([5f, 6f], 1, 1, 2)).Apply(images);
        Assert.Equal(11, images.Sum().Item<double>());
        Tensors.AssertClose([0, 5, 6, 0], images[1, 0, 2], 0);
    }
}
