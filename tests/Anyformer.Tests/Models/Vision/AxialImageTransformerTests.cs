using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

[Collection(DefaultGenerator.Name)]
public sealed class AxialImageTransformerTests
{
    private static readonly AxialImageTransformerOptions s_tiny = new() { Width = 4, Layers = 2, Heads = 2, Positions = [3, 5] };

    /// <summary>Also the gradients, which the model makes without keeping what lies between.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BlocksMoveOneStreamOrTwoInTurn(bool reversible)
    {
        using var scope = new TensorScope();
        var model = Tiny(s_tiny with { Reversible = reversible });
        model.To(DType.Float64);
        var (images, probe) = (Tensors.Normal64(1, 2, 4, 3, 5), Tensors.Normal64(2, 2, 4, 3, 5));
        images.RequiresGrad = true;
        Tensor[] leaves = [images, .. model.Parameters()];
        var branches = model.Modules().Where(item => item.Module is AxialImageBlock).SelectMany(item => ((AxialImageBlock)item.Module).Branches()).ToArray();
        var placed = images + model.StateDict()["height_positions"] + model.StateDict()["width_positions"];
        var (first, second) = (placed, placed);
        foreach (var branch in branches)
            (first, second) = reversible ? (second, first + branch.Call(second)) : (first + branch.Call(first), first + branch.Call(first));
        var expected = (first + second) / 2;
        var actual = model.Call(images);
        Tensors.AssertClose(expected, actual, 1e-12);
        foreach (var (slope, given) in Autograd.Grad([expected], leaves, [probe]).Zip(Autograd.Grad([actual], leaves, [probe])))
            Tensors.AssertClose(slope!, given!, 1e-9);
    }

    [Fact]
    public void ImagesOfAnySizeAreTakenWithoutPositions()
    {
        using var scope = new TensorScope();
        var model = Tiny(s_tiny with { Positions = null, HeadWidth = 3 });
        Assert.Equal([1L, 4, 6, 2], model.Call(Tensors.Normal(1, 1, 4, 6, 2)).Shape);
    }

    [Fact]
    public void ImagesMustFitThePositions()
    {
        using var scope = new TensorScope();
        Assert.Equal("There are positions for images of 3 by 5, found images of 3 by 4.",
            Assert.Throws<UserException>(() => Tiny(s_tiny).Call(Tensors.Normal(1, 1, 4, 3, 4))).Message);
        Assert.Equal("Positions of images need a height and a width, found [3].",
            Assert.Throws<UserException>(() => Tiny(s_tiny with { Positions = [3] })).Message);
    }

    private static AxialImageTransformer Tiny(AxialImageTransformerOptions options)
    {
        TorchRuntime.ManualSeed(1);
        return new AxialImageTransformer(options);
    }
}
