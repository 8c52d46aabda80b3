using Anyformer.Models.Vision;
using Anyformer.Models.Vision.Flatten;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision.Flatten;

[Collection(DefaultGenerator.Name)]
public sealed class FlattenTests
{
    private static readonly ImageShape s_imagenet = new(3, 224, 224, 1000);

    /// <summary>As the authors' models have them; of PVT without the last normalisation, which theirs does nothing with.</summary>
    [Fact]
    public void TheModelsHaveThePublishedSizes()
    {
        using var scope = new TensorScope();
        Assert.Equal(29_192_384, new FlattenSwin(s_imagenet, FlattenSwinOptions.Presets["tiny"]).ParameterCount());
        Assert.Equal(12_149_480, new FlattenPvt(s_imagenet, FlattenPvtOptions.Presets["tiny"]).ParameterCount());
        Assert.Equal(21_669_224, new FlattenPvt(s_imagenet, FlattenPvtOptions.Presets["small"]).ParameterCount());
        Assert.Equal(3_594_824, new FlattenPvtV2(s_imagenet, FlattenPvtV2Options.Presets["b0"]).ParameterCount());
        Assert.Equal(21_201_768, new FlattenCSwin(s_imagenet, FlattenCSwinOptions.Presets["tiny"]).ParameterCount());
    }

    [Fact]
    public void ImagesOfOtherSizesAreRefused()
    {
        using var scope = new TensorScope();
        var shape = new ImageShape(1, 28, 28, 2);
        var swin = new FlattenSwin(shape, FlattenSwinOptions.Presets["small-images"]);
        Assert.Equal("The model is built for images of 28 by 28, found 32 by 28.",
            Assert.Throws<UserException>(() => swin.Call(Tensors.Normal(1, 1, 1, 32, 28))).Message);
        var deit = new FlattenDeiT(shape, FlattenDeiTOptions.Presets["small-images"]);
        Assert.Equal([1L, 2], deit.Call(Tensors.Normal(1, 1, 1, 40, 28)).Shape);
        Assert.Equal("The model is built for images 28 pixels wide, found 36.",
            Assert.Throws<UserException>(() => deit.Call(Tensors.Normal(1, 1, 1, 28, 36))).Message);
    }

    [Fact]
    public void ThePlainModelConvolvesItsPatchesInTwoDimensions()
    {
        using var scope = new TensorScope();
        var options = new FlattenDeiTOptions { Patch = 4, Width = 8, Layers = 1, Heads = 2, HiddenWidth = 8 };
        var filters = new FlattenDeiT(new ImageShape(1, 8, 12, 2), options).StateDict()
            .Single(item => item.Key.EndsWith("convolution.weight", StringComparison.Ordinal)).Value;
        Assert.Equal([4L, 1, 5, 5], filters.Shape);
    }

    [Fact]
    public void OptionsThatDoNotFitAreRefused()
    {
        var shape = new ImageShape(1, 28, 28, 2);
        var swin = FlattenSwinOptions.Presets["small-images"];
        Refused("Every stage has a depth, and as many heads: found 3 depths and 1 heads.", () => new FlattenSwin(shape, swin with { Heads = [2] }));
        Refused("The convolution of linear attention needs an odd kernel, found 2.", () => new FlattenSwin(shape, swin with { Kernel = 2 }));
        Refused("A pyramid needs at least one stage, found no depths.",
            () => new FlattenSwin(shape, swin with { Depths = [], LinearBlocks = [], Heads = [] }));
        Refused("Every stage has a depth, a hidden ratio and two reductions: found 3 depths, 3 ratios, 1 reductions and 3 linear reductions.",
            () => new FlattenPvt(shape, FlattenPvtOptions.Presets["small-images"] with { Reductions = [1] }));
        Refused("Every stage has a depth, and as many stripes: found 3 depths and 2 stripes.",
            () => new FlattenCSwin(shape, FlattenCSwinOptions.Presets["small-images"] with { Stripes = [1, 2] }));
        Refused("Half of the heads attend down and half across, so their number must be even; found 1.",
            () => new FlattenCSwin(shape, FlattenCSwinOptions.Presets["small-images"] with { LinearBlocks = [0, 0, 0], Heads = [1, 2, 2] }));
    }

    private static void Refused(string message, Action build) => Assert.Equal(message, Assert.Throws<UserException>(build).Message);
}
