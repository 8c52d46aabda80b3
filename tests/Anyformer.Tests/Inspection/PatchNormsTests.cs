using Anyformer.Inspection;
using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Inspection;

public sealed class PatchNormsTests
{
    [Fact]
    public void OutliersHaveNormsAboveTheCutoff()
    {
        using var scope = new TensorScope();
        var norms = PatchNorms.Of(Tensor.From(new[] { 3.0, 4, 0, 1, 6, 8, 0, 0 }, 1, 4, 2), new PatchGrid(2, 2), 5);
        Assert.Equal([5.0, 1, 10, 0], norms.Norms.Numbers());
        Assert.Equal([1L, 2, 2], norms.Norms.Shape);
        Assert.Equal([0.0, 0, 1, 0], norms.Outliers.Numbers());
        Assert.Equal(0.25, norms.OutlierFraction);
    }

    [Fact]
    public void TheUsualCutoffIsThreeTimesTheMedian() =>
        Assert.Equal(6, PatchNorms.UsualCutoff(Tensor.From(new[] { 1.0, 2, 100 }, 1, 3, 1)));

    [Fact]
    public void LikenessIsTheMeanOverTheNeighboursThatThereAre()
    {
        using var scope = new TensorScope();
        // Two columns and three rows of directions.
        var patches = Tensor.From(new[] { 1.0, 0, 0, 2, 3, 0, 0, 4, 0, 5, 0, 6 }, 1, 6, 2);
        var cosine = PatchNorms.NeighbourCosine(patches, new PatchGrid(3, 2));
        Assert.Equal([1L, 3, 2], cosine.Shape);
        Tensors.AssertClose([0.5, 0.5, 1 / 3.0, 2 / 3.0, 0.5, 1], cosine);
    }
}
