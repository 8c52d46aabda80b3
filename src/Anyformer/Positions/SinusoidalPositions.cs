using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Adds sines and cosines in turn (Vaswani et al. 2017, arXiv 1706.03762, section 3.5); see <see cref="Sinusoids.Interleaved(Tensor, long)"/>.
/// </summary>
[Formula(
    "Y_p = X_p + P_p, P[p, 2m] = sin(p w_m), P[p, 2m + 1] = cos(p w_m)",
    "w_m = 10000^(-2m / D)",
    Where = "P: (tokens, width); w: frequency; m: pair of channels")]
[Method("sinusoidal", "Sinusoidal positions", Family.AbsolutePositions, 2017,
    Paper = "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin, Attention Is All You Need, NeurIPS 2017, arXiv 1706.03762",
    Complexity = "O(tokens)", System = "positions")]
public sealed class SinusoidalPositions : PositionEncoding
{
    /// <summary>Positions as a part of a host, of any width and number of tokens.</summary>
    public SinusoidalPositions(PositionShape shape) => _ = shape;

    /// <inheritdoc/>
    public override bool TakesPositions => true;

    /// <inheritdoc/>
    protected override Tensor EncodeTokens(Tensor tokens, long first) =>
        tokens + Sinusoids.Interleaved(TokenPositions.Of(tokens.Size(0), first, tokens.Size(1), tokens.Device), tokens.Size(2)).To(tokens.DType);
}
