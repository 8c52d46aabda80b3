using Anyformer.Attention.Downsampling;
using Anyformer.Models.Vision;
using Anyformer.Models.Vision.Pyramids;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Vision.Pyramids;

[Collection(DefaultGenerator.Name)]
public sealed class PyramidPartTests
{
    private static readonly Gen<(int Kernel, int Stride, int Padding, int Height, int Width)> s_embeddings =
        from kernel in Gen.Choose(1, 7)
        from stride in Gen.Choose(1, kernel)
        from padding in Gen.Choose(0, kernel / 2)
        from sides in Gen.Choose(1, 12).Two()
        select (kernel, stride, padding, sides.Item1, sides.Item2);

    [Fact]
    public void AnEmbeddingKnowsTheSizeOfItsMaps() => Property.Holds(s_embeddings, drawn =>
    {
        using var scope = new TensorScope();
        var embedding = new ConvEmbedding(2, 3, drawn.Kernel, drawn.Stride, drawn.Padding);
        var size = embedding.SizeOf(new PatchGrid(drawn.Height, drawn.Width));
        Assert.Equal([2L, size.Height, size.Width, 3], embedding.Call(Tensors.Normal(1, 2, drawn.Height, drawn.Width, 2)).Shape);
    }, runs: 40);

    [Fact]
    public void FourPlacesAreMergedColumnByColumnAndOddSidesArePadded()
    {
        using var scope = new TensorScope();
        var merging = new PatchMerging(1);
        merging.Load(new Dictionary<string, Tensor> { ["reduction.weight"] = Functional.Eye(4).Narrow(0, 0, 2) }, strict: false);
        var maps = Tensor.From<float>([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
        // The first two of (1, 4, 2, 5), (3, 6, 0, 0), (7, 0, 8, 0) and (9, 0, 0, 0), each normalised.
        double[] Norm(params double[] four)
        {
            var deviation = Math.Sqrt(four.Sum(number => Math.Pow(number - four.Average(), 2)) / 4 + 1e-5);
            return [(four[0] - four.Average()) / deviation, (four[1] - four.Average()) / deviation];
        }

        var merged = merging.Call(maps);
        Assert.Equal([1L, 2, 2, 2], merged.Shape);
        Assert.Equal(new PatchGrid(2, 2), PatchMerging.SizeOf(new PatchGrid(3, 3)));
        Tensors.AssertClose([.. Norm(1, 4, 2, 5), .. Norm(3, 6, 0, 0), .. Norm(7, 0, 8, 0), .. Norm(9, 0, 0, 0)], merged, 1e-5);
    }

    [Theory]
    [InlineData(7, 5, 2, 6)]
    [InlineData(8, 8, 4, 4)]
    [InlineData(3, 9, 4, 2)]
    [InlineData(1, 1, 8, 1)]
    public void ReducedMapsKeepWholeKernelsAndAtLeastOnePlace(int height, int width, int ratio, long places)
    {
        using var scope = new TensorScope();
        Assert.Equal(places, SpatialReduction.PlacesOf(height, width, ratio));
        Assert.Equal(places, new SpatialReduction(3, ratio).Call(Tensors.Normal(1, 1, height, width, 3)).Flatten(1, 2).Size(1));
        Assert.Equal([1L, 7, 7, 3], new PooledReduction(3).Call(Tensors.Normal(1, 1, height, width, 3)).Shape);
        var attention = new ReducedAttention(4, 2, inputBias: true, new SpatialReduction(4, ratio));
        Assert.Equal([1L, height, width, 4], attention.Call(Tensors.Normal(1, 1, height, width, 4)).Shape);
    }
}
