using Anyformer.Attention;
using Anyformer.Attention.OptimalTransport;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.OptimalTransport;

[Collection(DefaultGenerator.Name)]
public sealed class TransportAttentionTests
{
    [Fact]
    public void PaddingIsAsIfItWereNotThere()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(new TransportAttentionOptions { References = 5, Anchors = 4 });
        var (tokens, padding) = (Tensors.Normal(1, 1, 7, 8), Tensors.Normal(2, 1, 3, 8));
        var padded = Functional.Cat([padding[.., ..1], tokens, padding[.., 1..]], 1);
        var mask = AttentionMask.OfTokens(Tensor.From<bool>([.. Enumerable.Range(0, 10).Select(i => i is >= 1 and < 8)], [1, 10]));
        Tensors.AssertClose(mixer.Call(tokens), mixer.Call(padded, mask)[.., 1..8]);
        Assert.Equal([1L, 5, 8], mixer.Pool(tokens).Shape);
        Tensors.AssertClose(mixer.Pool(tokens), mixer.Pool(padded, mask));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var mixer = Mixer(new TransportAttentionOptions { References = 4, Anchors = 3, Columns = 3, Iterations = 2 });
        mixer.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 6, 8);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. mixer.Parameters()], () => mixer.Call(tokens).Square().Sum(), 1e-6);
    }

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        using var scope = new TensorScope();
        string Message(Action act) => Assert.Throws<UserException>(act).Message;
        Assert.Equal("References of an image must be a square number, found 6.",
            Message(() => Mixer(new TransportAttentionOptions { References = 6, Columns = 2 })));
        var rows = Mixer(new TransportAttentionOptions { References = 4, Columns = 3 });
        Assert.Equal("The tokens of an image in rows of 3 must be a multiple of 3, found 7.", Message(() => rows.Call(Tensors.Normal(1, 1, 7, 8))));
        Assert.Equal("SeT attention has no causal form; choose a mechanism that the catalog calls causal.",
            Message(() => rows.Call(Tensors.Normal(1, 1, 6, 8), AttentionMask.Causal)));
    }

    private static TransportAttention Mixer(TransportAttentionOptions options)
    {
        TorchRuntime.ManualSeed(1);
        return new TransportAttention(new TokenMixerShape(0, 8, 2), options);
    }
}
