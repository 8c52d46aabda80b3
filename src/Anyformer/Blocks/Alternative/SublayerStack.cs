using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>Sublayers in any order, each in its wiring, and a normalisation behind the last where there is one: (batch, tokens, width) to the same.</summary>
[Formula(
    "X_(k+1) = wiring_k(X_k, s_k), k = 1 ... m, Y = X_(m+1)",
    "sandwich: a^r (a f)^(L-r) f^r",
    Where = "s: the sublayer at a place of the order, a or f; a: attention; f: feed-forward; k: place; m: sublayers; r: slices")]
[Method("sublayer-order", "Sublayers in another order (Sandwich Transformer)", Family.AlternativeBlocks, 2020, System = "architectures",
    Paper = "Press, Smith, Levy, Improving Transformer Models by Reordering their Sublayers, ACL 2020, arXiv 1911.03864",
    Complexity = "O(sublayers · what a sublayer costs)")]
public sealed class SublayerStack : Module
{
    private readonly IReadOnlyList<Sublayer> _order;

    /// <summary>Sublayers in an order.</summary>
    /// <param name="order">Their kinds.</param>
    /// <param name="mixer">Makes the token mixer of a sublayer of attention.</param>
    /// <param name="feedForward">Makes the channel mixer of any other.</param>
    /// <param name="wiring">Makes the wiring of each.</param>
    /// <param name="norm">The normalisation behind the last; null for none.</param>
    public SublayerStack(
        IReadOnlyList<Sublayer> order, Func<TokenMixer> mixer, Func<ChannelMixer> feedForward, Func<Wiring> wiring, NormalizationLayer? norm = null)
    {
        _order = order;
        Mixers = ModuleList<TokenMixer>.Of(order.Count(static kind => kind == Sublayer.Attention), _ => mixer());
        FeedForwards = ModuleList<ChannelMixer>.Of(order.Count - Mixers.Count, _ => feedForward());
        Wirings = ModuleList<Wiring>.Of(order.Count, _ => wiring());
        Norm = norm;
    }

    private ModuleList<TokenMixer> Mixers { get; }

    private ModuleList<ChannelMixer> FeedForwards { get; }

    private ModuleList<Wiring> Wirings { get; }

    private NormalizationLayer? Norm { get; }

    /// <summary>The tokens after all sublayers.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixers may not see.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var (mixers, feedForwards) = (0, 0);
        for (var i = 0; i < _order.Count; i++)
        {
            Func<Tensor, Tensor> sublayer;
            if (_order[i] == Sublayer.Attention)
            {
                var mixer = Mixers[mixers++];
                sublayer = input => mixer.Call(input, mask);
            }
            else
            {
                sublayer = FeedForwards[feedForwards++].Call;
            }

            tokens = Wirings[i].Call(tokens, sublayer);
        }

        return scope.Keep(Norm is null ? tokens : Norm.Call(tokens));
    }
}
