using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Memory;

public sealed class LatentAttentionTests
{
    private static readonly TokenMixerShape s_shape = new(0, Width: 6, Heads: 2);

    [Fact]
    public void TokensSeeEachOtherThroughTheLatentsOnly()
    {
        using var scope = new TensorScope();
        var attention = new LatentAttention(s_shape, new LatentAttentionOptions { Latents = 1, Blocks = 0 });
        var tokens = Tensors.Normal(1, 2, 9, 6);
        // A single latent answers every token the same.
        var mixed = attention.Call(tokens);
        Tensors.AssertClose(mixed[.., ..1].Expand([-1, 9, -1]), mixed, 1e-6);
        Tensors.AssertClose(mixed, attention.Call(tokens.Flip([1])), 1e-5);
    }

    [Fact]
    public void PaddingIsAsIfItWereNotThere()
    {
        using var scope = new TensorScope();
        var attention = new LatentAttention(s_shape, new LatentAttentionOptions { Latents = 4, Blocks = 2 });
        var tokens = Tensors.Normal(1, 2, 9, 6);
        var mask = AttentionMask.OfTokens((Functional.Arange(9) < 5).Expand([2, -1]));
        Tensors.AssertClose(attention.Call(tokens[.., ..5]), attention.Call(tokens, mask)[.., ..5], 1e-5);
    }

    [Fact]
    public void EveryPartHasItsParameters()
    {
        const int attention = 4 * 6 * 6 + 6, feedForward = 6 * 48 + 48 + 24 * 6 + 6, norm = 12;
        var expected = 5 * 6 + attention + feedForward + 3 * norm + 2 * (attention + feedForward + 2 * norm) + norm + attention;
        Assert.Equal(expected, new LatentAttention(s_shape, new LatentAttentionOptions { Latents = 5, Blocks = 2 }).ParameterCount());
    }
}
