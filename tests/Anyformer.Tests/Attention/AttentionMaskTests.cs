using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class AttentionMaskTests
{
    private static readonly Tensor s_real = Tensor.From(new[,] { { true, true, false }, { true, true, true } });

    [Fact]
    public void ACausalMaskIsALowerTriangle() =>
        Assert.Equal([1.0, 0, 0, 1, 1, 0, 1, 1, 1], AttentionMask.Causal.Table(3, 3)!.Numbers());

    [Fact]
    public void OfFewerQueriesTheLastStandsBesideTheLastKey() =>
        Assert.Equal([1.0, 1, 0, 1, 1, 1], AttentionMask.Causal.Table(2, 3)!.Numbers());

    [Fact]
    public void RulesAddUp()
    {
        var mask = AttentionMask.OfTokens(s_real) with { IsCausal = true, Pairs = Tensor.From(new[,] { { true, true, true }, { false, true, true }, { true, true, true } }) };
        var table = mask.Table(3, 3)!;
        Assert.Equal([2L, 1, 3, 3], table.Shape);
        Assert.Equal([1.0, 0, 0, 0, 1, 0, 1, 1, 0], table[0].Numbers());
        Assert.Equal([1.0, 0, 0, 0, 1, 0, 1, 1, 1], table[1].Numbers());
    }

    [Fact]
    public void PaddingIsNoTableOfPairs()
    {
        Assert.Equal([2L, 1, 1, 3], AttentionMask.OfKeys(s_real).Table(100, 3)!.Shape);
        Assert.Null(new AttentionMask().Table(100, 3));
    }

    [Fact]
    public void WhatAMechanismCannotObeyItRefuses()
    {
        Assert.Equal("Linear attention makes no score for every pair of tokens, so it cannot obey a mask of pairs; it takes padding and causal masks.",
            Assert.Throws<UserException>(() => AttentionMask.OfPairs(s_real).RefusePairs("Linear attention")).Message);
        Assert.Equal("Linformer has no causal form; choose a mechanism that the catalog calls causal.",
            Assert.Throws<UserException>(() => AttentionMask.Causal.RefuseCausal("Linformer")).Message);
        AttentionMask.OfTokens(s_real).RefusePairs("Linear attention");
        AttentionMask.OfTokens(s_real).RefuseCausal("Linformer");
    }
}
