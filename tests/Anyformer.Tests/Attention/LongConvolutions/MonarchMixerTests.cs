using Anyformer.Attention;
using Anyformer.Attention.LongConvolutions;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.LongConvolutions;

[Collection(DefaultGenerator.Name)]
public sealed class MonarchMixerTests
{
    /// <summary>Of more tokens built for than given: filters are those of the first ones.</summary>
    [Fact]
    public void AFilterReachesBackFromItsOwnTokenAndAheadFromTheNext() => Property.Holds(Gen.Choose(1, 9).Two(), drawn =>
    {
        using var scope = new TensorScope();
        var tokens = Math.Min(drawn.Item1, drawn.Item2);
        var filter = new ImplicitFilter(drawn.Item1, 2, isBidirectional: true, new MonarchMixerOptions());
        filter.To(DType.Float64);
        var (back, ahead) = filter.Filters(tokens);
        var (values, bias) = (Tensors.Normal64(1, 1, 2, tokens), filter.StateDict()["bias"].Numbers());
        var (v, k, reverse) = (values.Numbers(), back.Numbers(), ahead!.Numbers());
        var expected = new double[2 * tokens];
        for (var channel = 0; channel < 2; channel++)
            for (var t = 0; t < tokens; t++)
                expected[channel * tokens + t] = bias[channel] * v[channel * tokens + t] + Enumerable.Range(0, tokens).Sum(s =>
                    v[channel * tokens + s] * (s <= t ? k[(t - s) * 2 + channel] : reverse[(s - t - 1) * 2 + channel]));
        Tensors.AssertClose(expected, filter.Convolve(values), 1e-10);
    }, runs: 30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsAreSlopes(bool extras)
    {
        var mixer = new MonarchMixer(new TokenMixerShape(6, 4, 1), new MonarchMixerOptions
        {
            FilterWidth = 3,
            PositionWidth = 3,
            Frequency = 1,
            Residual = extras,
            InputNorm = extras,
        });
        mixer.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 5, 4);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. mixer.Parameters()], () => mixer.Call(tokens).Square().Sum(), 1e-6);
    }

    [Fact]
    public void TheCausalFormDoesNotSeeLaterTokens()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var mixer = new CausalMonarchMixer(new TokenMixerShape(9, 4, 1), new MonarchMixerOptions { Residual = true });
        mixer.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 9, 4);
        var changed = Functional.Cat([tokens[.., ..5], Tensors.Normal64(2, 2, 4, 4)], 1);
        Tensors.AssertClose(mixer.Call(tokens)[.., ..5], mixer.Call(changed, AttentionMask.Causal)[.., ..5], 1e-12);
        Assert.NotEqual(mixer.Call(tokens)[.., 5..].Numbers(), mixer.Call(changed)[.., 5..].Numbers());
    }

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        using var scope = new TensorScope();
        string Message(Action act) => Assert.Throws<UserException>(act).Message;
        MonarchMixer Mixer(int tokens, int positions) =>
            new(new TokenMixerShape(tokens, 4, 1), new MonarchMixerOptions { PositionWidth = positions });
        Assert.Equal("Monarch Mixer is built for up to 3 tokens, found 4.", Message(() => Mixer(3, 3).Call(Tensors.Normal(1, 1, 4, 4))));
        Assert.Equal("Monarch Mixer is built for a number of tokens, and this host does not know how many there will be.",
            Message(() => Mixer(0, 3)));
        Assert.Equal("Positions of a filter are a time and pairs of waves, an odd number from 3 up; found 4.", Message(() => Mixer(3, 4)));
        Assert.Equal("Monarch Mixer has no causal form; choose a mechanism that the catalog calls causal.",
            Message(() => Mixer(3, 3).Call(Tensors.Normal(1, 1, 3, 4), AttentionMask.Causal)));
    }
}
