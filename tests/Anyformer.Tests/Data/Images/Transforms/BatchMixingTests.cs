using Anyformer.Data.Images.Transforms;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Transforms;

public sealed class BatchMixingTests
{
    [Fact]
    public void LabelsStayWhereNothingIsMixed()
    {
        using var scope = new TensorScope();
        var (images, labels) = Batch();
        Assert.Same(labels, new BatchMixing(0, 0, 0, 4).Apply(images, labels, new ImageRandom(0, 0, 0)));
        var smooth = new BatchMixing(0, 0, 0.2, 4).Apply(images, labels, new ImageRandom(0, 0, 0));
        Tensors.AssertClose([0.85, 0.05, 0.05, 0.05, 0.05, 0.85, 0.05, 0.05, 0.05, 0.05, 0.05, 0.85], smooth);
    }

    [Fact]
    public void MixupMixesLevelsAndClassesInOneShare()
    {
        using var scope = new TensorScope();
        for (var i = 0; i < 20; i++)
        {
            var (images, labels) = Batch();
            var targets = new BatchMixing(0.8, 0, 0, 4).Apply(images, labels, new ImageRandom(0, 0, i)).Numbers();
            var share = targets[0];
            Tensors.AssertClose([share, 0, 0, 1 - share, 0, 1, 0, 0, 1 - share, 0, 0, share], Tensor.From(targets));
            Tensors.AssertClose([share + 3 * (1 - share), 2, 3 * share + 1 - share], images.Mean([1, 2, 3]));
        }
    }

    [Fact]
    public void CutMixPutsRectanglesInAndCountsTheirPixels()
    {
        using var scope = new TensorScope();
        var shares = new List<double>();
        for (var i = 0; i < 30; i++)
        {
            var (images, labels) = Batch();
            var targets = new BatchMixing(0, 1, 0, 4).Apply(images, labels, new ImageRandom(0, 0, i)).Numbers();
            Assert.Equal(images[0].Eq(1).To(DType.Float64).Mean().Item<double>(), targets[0], 1e-6);
            Assert.Equal(images[2].Eq(1).To(DType.Float64).Mean().Item<double>(), targets[8], 1e-6);
            Assert.True(images[1].Eq(2).All().Item<bool>());
            shares.Add(targets[0]);
        }

        Assert.True(shares.Distinct().Count() > 5);
    }

    /// <summary>Three images of 8 x 8 with levels 1, 2, 3 and classes 0, 1, 3.</summary>
    private static (Tensor Images, Tensor Labels) Batch()
    {
        var images = Functional.Arange(1, 4, dtype: DType.Float32).View([3, 1, 1, 1]).Expand([3, 1, 8, 8]).Contiguous();
        return (images, Tensor.From([0L, 1L, 3L], 3));
    }
}
