using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

[Collection(DefaultGenerator.Name)]
public sealed class BigBirdTests
{
    private static readonly BigBirdOptions s_tiny = new()
    {
        Vocabulary = 30,
        Width = 8,
        Layers = 2,
        Heads = 2,
        FeedForwardWidth = 12,
        Positions = 40,
        Attention = Part<AttentionFunction>.Of("bigbird", new BigBirdAttentionOptions { BlockSize = 2, RandomBlocks = 1 }),
    };

    /// <summary>bigbird-roberta-base has 127,468,800 numbers: these, with eleven blocks more.</summary>
    [Fact]
    public void HasThePublishedNumberOfParameters() =>
        Assert.Equal(127_468_800 - 11 * 7_087_872, new BigBird(new BigBirdOptions { Layers = 1 }).ParameterCount());

    [Theory]
    [InlineData("bigbird")]
    [InlineData("softmax")]
    public void WhatStandsAtPaddingDoesNotMatter(string attention)
    {
        using var scope = new TensorScope();
        var model = Tiny(attention == "softmax" ? s_tiny with { Attention = Part<AttentionFunction>.Of(attention) } : s_tiny);
        var tokens = Functional.RandInt(1, 30, [2, 33]);
        var real = Functional.Arange(33) < Tensor.From<long>([33, 21], [2, 1]);
        var other = Functional.Where(real, tokens, Functional.RandInt(1, 30, [2, 33]));
        var ((encoded, pooled), (otherEncoded, otherPooled)) = (model.Call(tokens, real), model.Call(other, real));
        Tensors.AssertClose(encoded[1, ..21], otherEncoded[1, ..21], 1e-6);
        Tensors.AssertClose(pooled, otherPooled, 1e-6);
    }

    [Fact]
    public void TypesAndTheScaleOfTokensMatter()
    {
        using var scope = new TensorScope();
        var tokens = Functional.RandInt(1, 30, [1, 9]);
        Tensor Encoded(BigBirdOptions options, Tensor? types) => Tiny(options).Call(tokens, types: types).Tokens;
        bool Differ(Tensor one, Tensor other) => (one - other).Abs().Max().Item<float>() > 1e-3;
        Assert.True(Differ(Encoded(s_tiny, null), Encoded(s_tiny, tokens.OnesLike())));
        Assert.False(Differ(Encoded(s_tiny, null), Encoded(s_tiny, tokens.ZerosLike())));
        Assert.True(Differ(Encoded(s_tiny, null), Encoded(s_tiny with { ScaledTokens = true }, null)));
    }

    [Fact]
    public void MoreTokensThanPositionsAreRefused()
    {
        using var scope = new TensorScope();
        Assert.Equal("This BigBird takes samples of up to 40 tokens, found 41.",
            Assert.Throws<UserException>(() => Tiny(s_tiny).Call(Functional.Full([1, 41], 5, dtype: DType.Int64))).Message);
    }

    private static BigBird Tiny(BigBirdOptions options)
    {
        TorchRuntime.ManualSeed(1);
        var model = new BigBird(options);
        model.Eval();
        return model;
    }
}
