using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

[Collection(DefaultGenerator.Name)]
public sealed class EfficientViTTests
{
    private static readonly EfficientViTOptions s_tiny =
        new() { PatchSize = 4, Widths = [8, 12], Depths = [1, 1], Heads = [2, 3], KeyWidths = [3, 4], Windows = [3, 7], Distilled = true };

    [Theory]
    [InlineData("m0", 2_349_436)]
    [InlineData("m1", 2_980_560)]
    [InlineData("m2", 4_187_554)]
    [InlineData("m3", 6_900_722)]
    [InlineData("m4", 8_804_228)]
    [InlineData("m5", 12_473_772)]
    public void HasThePublishedSizes(string preset, long parameters) =>
        Assert.Equal(parameters, new EfficientViT(new ImageShape(3, 224, 224, 1000), EfficientViTOptions.Presets[preset]).ParameterCount());

    [Fact]
    public void OutsideTrainingTheScoresAreTheMeanOfBothHeads()
    {
        using var scope = new TensorScope();
        var (model, images) = (Tiny(s_tiny), Tensors.Normal(5, 3, 3, 21, 30));
        Tensors.AssertClose(model.CallHeads(images).Mean, model.Call(images));
        Assert.Equal("This EfficientViT has one head; build it with the option distilled for a second, which learns from a teacher.",
            Assert.Throws<UserException>(() => Tiny(s_tiny with { Distilled = false }).CallHeads(images)).Message);
    }

    [Fact]
    public void FoldedItAnswersTheSameWithoutNorms()
    {
        using var scope = new TensorScope();
        var (model, images) = (Tiny(s_tiny), Tensors.Normal(5, 3, 3, 21, 30));
        model.Train();
        model.Call(images);
        model.Eval();
        var expected = model.Call(images);
        BatchNormFolding.Fold(model);
        Assert.DoesNotContain(model.StateDict().Keys, name => name.Contains("norm", StringComparison.Ordinal));
        Tensors.AssertClose(expected, model.Call(images));
    }

    [Fact]
    public void ItTakesImagesOfOtherSizesThanItIsBuiltFor()
    {
        using var scope = new TensorScope();
        Assert.Equal([1L, 4], Tiny(s_tiny).Call(Tensors.Normal(5, 1, 3, 9, 50)).Shape);
    }

    [Fact]
    public void OptionsThatDoNotFitAreRefused()
    {
        Refused("Every stage has a width, and as many heads: found 2 widths and 1 heads.", s_tiny with { Heads = [2] });
        Refused("EfficientViT needs at least one stage, found no widths.",
            new() { Widths = [], Depths = [], Heads = [], KeyWidths = [], Windows = [] });
        Refused("The patch size must be a power of two from 2 up, found 12.", s_tiny with { PatchSize = 12 });
        Refused("Each of 3 heads needs a kernel, found 2.", s_tiny with { Kernels = [3, 3] });
    }

    private static void Refused(string message, EfficientViTOptions options) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => Tiny(options)).Message);

    private static EfficientViT Tiny(EfficientViTOptions options)
    {
        TorchRuntime.ManualSeed(1);
        var model = new EfficientViT(new ImageShape(3, 21, 30, 4), options);
        model.Eval();
        return model;
    }
}
