using Anyformer.Attention;
using Anyformer.Attention.Mixed;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Mixed;

public sealed class LongShortAttentionTests
{
    private const int Heads = 2, HeadWidth = 3, Width = Heads * HeadWidth;

    private sealed record Sizes(int Tokens, int Window, int Landmarks, bool HasClass, bool Padded, int? Convolution);

    [Fact]
    public void OneSoftmaxRunsOverTheWindowAndTheSums() => Property.Holds(
        from tokens in Gen.Choose(1, 19)
        from window in Gen.Choose(0, 7)
        from hasClass in Gen.Elements(false, true)
        from landmarks in Gen.Choose(window == 0 && !hasClass ? 1 : 0, 3)
        from padded in Gen.Elements(false, true)
        from convolution in Gen.Elements<int?>(null, 1, 3)
        select new Sizes(tokens, window, landmarks, hasClass, padded, convolution),
        sizes =>
        {
            using var scope = new TensorScope();
            var attention = Attention(sizes);
            var (tokens, classToken) = (Tensors.Normal64(1, 1, sizes.Tokens, Width), sizes.HasClass ? Tensors.Normal64(2, 1, 1, Width) : null);
            var real = sizes.Padded ? Tensors.Normal(3, 1, sizes.Tokens) > -0.3 : Functional.Ones([1, sizes.Tokens], DType.Bool);
            // A sample of padding alone has no sums.
            if (!real.Any().Item<bool>())
                return;
            var mask = sizes.Padded ? real : null;
            var naive = new NaiveLongShort(attention.StateDict(), Heads, sizes.Window, sizes.Landmarks);
            var expected = naive.Apply(tokens[0], classToken?[0], real[0]);
            var actual = classToken is null
                ? attention.Call(tokens, mask is null ? null : AttentionMask.OfTokens(mask))
                : attention.Call(tokens, classToken, mask);
            Tensors.AssertClose(expected, actual[0], 1e-9);
        },
        runs: 60);

    [Fact]
    public void AClassTokenMayBeTheFirst()
    {
        using var scope = new TensorScope();
        var attention = Attention(new Sizes(0, 2, 2, true, false, null));
        var tokens = Tensors.Normal64(1, 2, 8, Width);
        var real = (Functional.Arange(8) < 6).Expand([2, -1]);
        Tensors.AssertSame(attention.Call(tokens[.., 1..], tokens[.., ..1], real[.., 1..]), attention.Call(tokens, AttentionMask.OfTokens(real)));
    }

    [Theory]
    [InlineData(3, 2, true)]
    [InlineData(0, 2, false)]
    public void GradientsAreSlopes(int window, int landmarks, bool hasClass)
    {
        var attention = Attention(new Sizes(0, window, landmarks, hasClass, false, 3));
        var (tokens, probe) = (Tensors.Normal64(1, 1, 8, Width), Tensors.Normal64(2, 1, 8, Width));
        tokens.RequiresGrad = true;
        var mask = AttentionMask.OfTokens(Functional.Arange(8).Unsqueeze(0) < 5);
        FiniteDifferences.AssertGradients([tokens, .. attention.Parameters()], () => (attention.Call(tokens, mask) * probe).Sum(), 1e-6);
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        using var scope = new TensorScope();
        Assert.Equal("Long-short attention needs windows, landmarks or a class token, found window 0 and 0 landmarks.",
            Assert.Throws<UserException>(() => Attention(new Sizes(0, 0, 0, false, false, null))).Message);
        Assert.Equal("The convolution of long-short attention must have an odd number of places, found 4.",
            Assert.Throws<UserException>(() => Attention(new Sizes(0, 1, 0, false, false, 4))).Message);
        Assert.StartsWith("Long-short attention has no causal form", Assert.Throws<UserException>(() => Attention(new Sizes(0, 1, 1, false, false, null))
            .Call(Tensors.Normal64(1, 1, 4, Width), AttentionMask.Causal)).Message, StringComparison.Ordinal);
    }

    private static LongShortAttention Attention(Sizes sizes)
    {
        var attention = new LongShortAttention(new TokenMixerShape(0, Width, Heads), new LongShortAttentionOptions
        {
            Window = sizes.Window,
            Landmarks = sizes.Landmarks,
            ClassToken = sizes.HasClass,
            Convolution = sizes.Convolution,
        });
        attention.To(DType.Float64);
        if (sizes.Convolution is { } places)
            attention.StateDict()["convolution"].SetData(Tensors.Normal64(9, Heads, 1, places, 1));
        return attention;
    }
}
