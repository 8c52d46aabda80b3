using Anyformer.Attention;
using Anyformer.Inspection;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Tests.Models.Vision;
using Anyformer.Tests.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Tests.Inspection;

[Collection(DefaultGenerator.Name)]
public sealed class ClassAttentionTests
{
    private static readonly ImageShape s_shape = new(3, 12, 8, 5);

    [Fact]
    public void ItIsTheRowOfTheClassToken()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape, VisionTransformerTests.Small() with { Registers = 2, Pooling = ImagePooling.Map });
        var images = Tensors.Normal(1, 2, 3, 12, 8);
        using var recorder = new Recorder();
        model.Call(images);
        var weights = recorder.Named("weights").ToArray();
        var map = ClassAttention.Of(model.Encoder, images, 0);
        Assert.Equal([2L, 2, 3, 2], map.Shape);
        Tensors.AssertSame(weights[0][.., .., 0, 3..].Reshape(map.Shape), map);
        // The last of the encoder, not of the pooling.
        Tensors.AssertSame(weights[1][.., .., 0, 3..].Reshape(map.Shape), ClassAttention.Of(model.Encoder, images));
    }

    [Fact]
    public void WithoutAClassTokenAllPatchesAsk()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape, VisionTransformerTests.Small() with { ClassToken = false, Pooling = ImagePooling.Average });
        var map = ClassAttention.Of(model.Encoder, Tensors.Normal(1, 2, 3, 12, 8));
        Tensors.AssertClose([1.0, 1, 1, 1], map.Sum([2, 3]));
    }

    [Fact]
    public void WhatHasNoMapIsRefused()
    {
        using var scope = new TensorScope();
        var images = Tensors.Normal(1, 1, 3, 12, 8);
        string Refusal(VisionTransformerOptions options, int layer = -1) => Assert.Throws<UserException>(
            () => { ClassAttention.Of(new VisionTransformer(s_shape, options).Encoder, images, layer); }).Message;
        Assert.Equal("The model has 2 layers with maps of attention, found layer 2.", Refusal(VisionTransformerTests.Small(), 2));
        Assert.Equal("The attention of this model forms no weights of every pair of tokens, so there is no map of them.",
            Refusal(VisionTransformerTests.Small() with { Attention = Part<TokenMixer>.Of("linear-transformer") }));
        Assert.Equal("The model merges tokens, so its attention does not fall on patches any more; look at it without a token reducer.",
            Refusal(VisionTransformerTests.Small() with { TokenReducer = TokenMergingTests.Tome(1) }));
    }
}
