using Anyformer.Attention.LearnablePatterns;
using Anyformer.Attention.Local;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

[Collection(DefaultGenerator.Name)]
public sealed class ReformerTests
{
    private static readonly ReformerOptions s_small = new()
    {
        Vocabulary = 11,
        Width = 6,
        Heads = 2,
        HeadWidth = 3,
        Attention = [ReformerAttention.Local, ReformerAttention.Lsh],
        Local = new LocalAttentionOptions { Window = 2, Forward = 0 },
        Lsh = new LshAttentionOptions { Chunk = 3, Rounds = 2 },
        PositionBox = [4, 5],
        PositionWidths = [2, 4],
        MostTokens = 20,
        FeedForwardWidth = 8,
        Dropout = 0,
        LocalDropout = 0,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnyNumberOfTokensIsReadAndPaddingDoesNotMatter(bool causal)
    {
        using var scope = new TensorScope();
        var model = new Reformer(s_small with { IsCausal = causal });
        for (var count = 1; count <= 20; count++)
        {
            var tokens = Functional.RandInt(11, [2, count]);
            Assert.Equal([2L, count, 12], model.Call(tokens).Shape);
            var real = Functional.Arange(count).Lt(Math.Max(1, count - 2)).Expand([2, -1]);
            Tensor Answer(Tensor padded) => Seeded(() => model.Call(padded, real))[.., ..Math.Max(1, count - 2)];
            Tensors.AssertClose(Answer(tokens), Answer(Functional.Where(real, tokens, 10 - tokens)), 1e-6);
        }
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = new Reformer(s_small with { PositionBox = null });
        model.To(DType.Float64);
        var tokens = Functional.Arange(7).View([1, 7]);
        FiniteDifferences.AssertGradients(model.Parameters(), () => Seeded(() => model.Call(tokens).Sin().Sum()), 1e-5);
    }

    [Fact]
    public void WhatDoesNotFitIsOneSentence()
    {
        Assert.Equal("The widths of axial positions must add up to the width 6, found 2 + 3.",
            Assert.Throws<UserException>(() => new Reformer(s_small with { PositionWidths = [2, 3] })).Message);
        Assert.Equal("This Reformer takes samples of up to 20 tokens, found 21.",
            Assert.Throws<UserException>(() => new Reformer(s_small).Call(Functional.Zeros([1, 21], DType.Int64))).Message);
    }

    private static Tensor Seeded(Func<Tensor> compute)
    {
        TorchRuntime.ManualSeed(1);
        return compute();
    }
}
