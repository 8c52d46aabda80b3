using Anyformer.Attention;
using Anyformer.Attention.Star;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Star;

public sealed class StarTransformerTests
{
    [Fact]
    public void ATokenHearsOfItsNeighboursAndAllThroughTheRelay()
    {
        using var scope = new TensorScope();
        var mixer = new StarTransformer(new TokenMixerShape(9, 8, 2), new StarTransformerOptions { Layers = 1 });
        var tokens = Tensors.Normal(1, 1, 9, 8);
        var relayed = tokens.Mean([1], keepdim: true);
        // A far token, changed so that the mean stays, is not heard of in one round.
        var changed = tokens.Clone();
        changed[0, 7] = tokens[0, 7] + 1;
        changed[0, 8] = tokens[0, 8] - 1;
        Tensors.AssertClose(relayed, changed.Mean([1], keepdim: true));
        var (before, after) = (mixer.Call(tokens), mixer.Call(changed));
        Tensors.AssertClose(before[.., ..6], after[.., ..6], 1e-5);
        Assert.NotEqual(before[0, 6].Numbers(), after[0, 6].Numbers());
    }

    [Fact]
    public void PaddedTokensAreZeroAndTheRelayStandsForTheSample()
    {
        using var scope = new TensorScope();
        var mixer = new StarTransformer(new TokenMixerShape(5, 6, 3, InnerWidth: 12), new StarTransformerOptions());
        var real = Functional.Ones([2, 5], DType.Bool);
        real[1, 3..] = Tensor.From(false);
        var (tokens, relay) = mixer.CallWithRelay(Tensors.Normal(1, 2, 5, 6), AttentionMask.OfTokens(real));
        Assert.Equal([2L, 6], relay.Shape);
        Assert.All(tokens[1, 3..].Numbers(), value => Assert.Equal(0, value));
        Assert.DoesNotContain(tokens[0].Numbers(), value => value == 0);
    }

    [Fact]
    public void MoreTokensThanPositionsAreRefused() => Assert.Equal(
        "The Star-Transformer has positions for 3 tokens, found 4.",
        Assert.Throws<UserException>(() => new StarTransformer(new TokenMixerShape(3, 4, 2), new StarTransformerOptions { Positions = 3 })
            .Call(Tensors.Normal(1, 1, 4, 4))).Message);
}
