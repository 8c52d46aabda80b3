using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>
/// A stack of two residual streams: a post-norm one that the sublayers read, and one that only sums up what they give and is normalised once, at the
/// end; the result is the sum of both (Xie et al. 2023, arXiv 2304.14802, section 3).
/// </summary>
[Formula(
    "X_(k+1) = norm_k(X_k + f_k(X_k)), Z_(k+1) = Z_k + s f_k(X_k), Z_0 = s X_0",
    "Y = X_m + norm(Z_m)",
    Where = "Z: second stream, (batch, tokens, width); s: scale; k: sublayer; m: sublayers")]
[Method("resi-dual", "ResiDual", Family.Wiring, 2023, System = "norms",
    Paper = "Xie, Zhang, Guo, Tan, Bian, Awadalla, Menezes, Qin, Yan, ResiDual: Transformer with Dual Residual Connections, 2023, arXiv 2304.14802",
    Complexity = "O(layers · what a layer costs)")]
public sealed class ResiDual : Module
{
    private readonly double _scale;

    /// <summary>A stack.</summary>
    /// <param name="mixers">The token mixer of every layer.</param>
    /// <param name="feedForwards">The channel mixer of every layer.</param>
    /// <param name="norm">Makes a normalisation.</param>
    /// <param name="scale">What goes into the second stream is multiplied by it.</param>
    public ResiDual(IEnumerable<TokenMixer> mixers, IEnumerable<ChannelMixer> feedForwards, Func<NormalizationLayer> norm, double scale = 1)
    {
        (Mixers, FeedForwards, _scale) = (new(mixers), new(feedForwards), scale);
        Norms = ModuleList<NormalizationLayer>.Of(Mixers.Count + FeedForwards.Count, _ => norm());
        FinalNorm = norm();
    }

    private ModuleList<TokenMixer> Mixers { get; }

    private ModuleList<ChannelMixer> FeedForwards { get; }

    /// <summary>After every sublayer, in the order in which they run.</summary>
    private ModuleList<NormalizationLayer> Norms { get; }

    private NormalizationLayer FinalNorm { get; }

    /// <summary>The tokens after all layers.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixers may not see.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var sum = tokens * _scale;
        for (var layer = 0; layer < Mixers.Count; layer++)
        {
            (tokens, sum) = Join(tokens, sum, Mixers[layer].Call(tokens, mask), Norms[2 * layer]);
            (tokens, sum) = Join(tokens, sum, FeedForwards[layer].Call(tokens), Norms[2 * layer + 1]);
        }

        return scope.Keep(tokens + FinalNorm.Call(sum));
    }

    private (Tensor Tokens, Tensor Sum) Join(Tensor tokens, Tensor sum, Tensor given, NormalizationLayer norm) =>
        (norm.Call(tokens + given), sum + given * _scale);
}
