using Anyformer.Attention;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

[Collection(DefaultGenerator.Name)]
public sealed class VisionTransformerTests
{
    private static readonly ImageShape s_small = new(3, 12, 8, 5);

    /// <summary>timm's counts at 224 pixels and 1000 classes.</summary>
    [Theory]
    [InlineData("tiny", 5_717_416)]
    [InlineData("small", 22_050_664)]
    [InlineData("base", 86_567_656)]
    [InlineData("large", 304_326_632)]
    [InlineData("huge", 632_045_800)]
    public void ParametersAreAsManyAsPublished(string preset, long published) =>
        Assert.Equal(published, Count(new ImageShape(3, 224, 224, 1000), VisionTransformerOptions.Presets[preset]));

    /// <summary>The hub's counts without registers, and four registers.</summary>
    [Theory]
    [InlineData("dinov2-small", 22_056_576 + 4 * 384)]
    [InlineData("dinov2-base", 86_580_480 + 4 * 768)]
    [InlineData("dinov2-giant", 1_136_480_768 + 4 * 1536)]
    public void ParametersOfDinoV2AreAsManyAsPublished(string preset, long published) =>
        Assert.Equal(published, Count(new ImageShape(3, 518, 518, 0), VisionTransformerOptions.Presets[preset]));

    [Fact]
    public void ScoresAreOnePerClassForImagesOfAnySize()
    {
        foreach (var pooling in Enum.GetValues<ImagePooling>())
        {
            using var scope = new TensorScope();
            var model = new VisionTransformer(s_small, Small() with { Pooling = pooling, Registers = 2 });
            foreach (var (height, width) in new[] { (12, 8), (8, 12), (13, 9), (3, 3), (40, 17) })
            {
                var scores = model.Call(Tensors.Normal(1, 2, 3, height, width));
                Assert.Equal([2L, 5], scores.Shape);
                Assert.All(scores.Numbers(), score => Assert.True(double.IsFinite(score)));
            }
        }
    }

    [Fact]
    public void AnImageIsPaddedWithZerosAtTheBottomAndTheRight()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_small, Small());
        var image = Tensors.Normal(1, 1, 3, 10, 7);
        Tensors.AssertSame(model.Call(image.ConstantPadNd([0, 1, 0, 2])), model.Call(image));
    }

    [Fact]
    public void TheEmbeddingOfPatchesIsAConvolution()
    {
        using var scope = new TensorScope();
        var embedding = new PatchEmbedding(3, 6, 4);
        var images = Tensors.Normal(1, 2, 3, 8, 12);
        var convolved = Functional.Conv2d(images, embedding.Weight, embedding.Bias, [4, 4]).Flatten(2).Transpose(1, 2);
        Tensors.AssertClose(convolved, embedding.Call(images));
        Assert.Equal(new PatchGrid(2, 3), embedding.GridOf(images));
    }

    [Fact]
    public void HiddenPatchesDoNotMatter()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_small, Small() with { MaskToken = true });
        var hidden = Functional.Zeros([1, 6], DType.Bool);
        hidden[.., 3] = Tensor.From(true);
        var image = Tensors.Normal(1, 1, 3, 12, 8);
        var changed = image.Clone();
        changed[.., .., 4..8, 4..] = Tensors.Normal(2, 1, 3, 4, 4);
        Tensors.AssertSame(model.Encoder.Call(image, hidden).Normalized, model.Encoder.Call(changed, hidden).Normalized);
        Assert.NotEqual(model.Encoder.Call(image).Normalized.Numbers(), model.Encoder.Call(changed).Normalized.Numbers());
    }

    [Fact]
    public void RegistersAreLeftOutOfTheMeanOfPatches()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_small with { Classes = 0 }, Small() with { Pooling = ImagePooling.Average, PooledNorm = false, Registers = 3 });
        var image = Tensors.Normal(1, 2, 3, 12, 8);
        var tokens = model.Encoder.Call(image);
        Assert.Equal([2L, 1 + 3 + 6, 8], tokens.Normalized.Shape);
        Tensors.AssertClose(tokens.Normalized[.., 4..].Mean(1), model.Call(image));
        Tensors.AssertSame(tokens.Patches[.., 5], tokens.PatchMap[.., .., 2, 1]);
    }

    [Fact]
    public void TheLastOfAllLayersIsTheOutput()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_small, Small() with { Layers = 3 });
        model.Eval();
        var image = Tensors.Normal(1, 2, 3, 12, 8);
        var layers = model.Encoder.CallLayers(image, 2);
        Assert.Equal(2, layers.Count);
        Tensors.AssertSame(model.Encoder.Call(image).Normalized, layers[1].Normalized);
        Assert.Equal("The encoder has 3 blocks, found a wish for the tokens after the last 4.",
            Assert.Throws<UserException>(() => model.Encoder.CallLayers(image, 4)).Message);
    }

    [Theory]
    [InlineData("performer")]
    [InlineData("nystromformer")]
    [InlineData("lightweight-convolution")]
    public void AnyTokenMixerMixesThePatches(string attention)
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_small, Small() with { Attention = Part<TokenMixer>.Of(attention) });
        model.Call(Tensors.Normal(1, 2, 3, 12, 8)).Square().Sum().Backward();
        Assert.All(model.NamedParameters(), item => Assert.True(item.Parameter.Grad is not null, item.Name));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var options = Small() with
        {
            QueryKeyNorm = true,
            LayerScale = 0.3,
            EmbeddingNorm = true,
            Registers = 1,
            PrefixPositions = PrefixPositions.Class,
            MaskToken = true,
            Pooling = ImagePooling.Map,
            RepresentationWidth = 3,
        };
        var model = new VisionTransformer(s_small, options);
        model.To(DType.Float64);
        Randomize(model);
        var image = Tensors.Normal64(1, 2, 3, 13, 8);
        image.RequiresGrad = true;
        var weights = Tensors.Normal64(2, 2, 5);
        FiniteDifferences.AssertGradients([image, .. model.Parameters()], () => (model.Call(image) * weights).Sum(), 1e-6);
    }

    [Fact]
    public void APathIsDroppedOnlyInTraining()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(3);
        var model = new VisionTransformer(s_small, Small() with { DropPath = 0.9, Layers = 4 });
        var image = Tensors.Normal(1, 16, 3, 12, 8);
        Assert.NotEqual(model.Call(image).Numbers(), model.Call(image).Numbers());
        model.Eval();
        Tensors.AssertSame(model.Call(image), model.Call(image));
    }

    [Fact]
    public void ContradictionsAreRefused()
    {
        static string Refusal(Func<object> build) => Assert.Throws<UserException>(build).Message;
        Assert.Equal("Without a class token the pooling must be average or map, found token.",
            Refusal(() => new VisionTransformer(s_small, Small() with { ClassToken = false })));
        Assert.Equal("The token mixer 'lightweight-convolution' has projections of its own: query-key-norm and query-bias do not reach into them; leave both as they are, "
            + "or choose an attention function.",
            Refusal(() => new VisionTransformer(s_small, Small() with { Attention = Part<TokenMixer>.Of("lightweight-convolution"), QueryKeyNorm = true })));
        Assert.Equal("Patches are hidden and the model has no mask token; build it with the option mask-token.",
            Refusal(() => new VisionTransformer(s_small, Small()).Encoder.Call(Tensors.Normal(1, 1, 3, 12, 8), Functional.Ones([1, 6], DType.Bool))));
        Assert.Equal("Images must be (batch, 3 channels, height, width), found [1, 1, 12, 8].",
            Refusal(() => new VisionTransformer(s_small, Small()).Call(Tensors.Normal(1, 1, 1, 12, 8))));
    }

    internal static VisionTransformerOptions Small() => new() { Patch = 4, Width = 8, Layers = 2, Heads = 2, HiddenWidth = 12 };

    /// <summary>Weights that matter all, also those that start at almost nothing.</summary>
    internal static void Randomize(Module model)
    {
        using var noGrad = Autograd.NoGrad();
        foreach (var (parameter, i) in model.Parameters().Select(static (parameter, i) => (parameter, i)))
            parameter.CopyInPlace(Tensors.Normal64(100 + i, [.. parameter.Shape]) * 0.3);
    }

    /// <summary>The parameters of so many layers, from a model of one: every block is as large as the first.</summary>
    internal static long Count(Module oneLayer, int layers)
    {
        var counts = oneLayer.NamedParameters()
            .ToLookup(item => item.Name.StartsWith("encoder.blocks.0.", StringComparison.Ordinal), item => item.Parameter.ElementCount);
        return counts[false].Sum() + layers * counts[true].Sum();
    }

    private static long Count(ImageShape shape, VisionTransformerOptions options) =>
        Count(new VisionTransformer(shape, options with { Layers = 1 }), options.Layers);
}
