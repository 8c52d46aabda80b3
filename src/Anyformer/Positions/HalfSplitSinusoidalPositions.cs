using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Adds all sines and then all cosines, as tensor2tensor and fairseq do; see <see cref="Sinusoids.HalfSplit"/>.</summary>
[Formula(
    "Y_p = X_p + P_p, P[p, m] = sin(p w_m), P[p, H + m] = cos(p w_m)",
    "w_m = 10000^(-m / (H - 1)), H = floor(D / 2)",
    Where = "P: (tokens, width); w: frequency; m: from 0 to H - 1; H: half of the width")]
[Method("sinusoidal-half-split", "Sinusoidal positions in halves", Family.AbsolutePositions, 2018,
    Paper = "Vaswani, Bengio, Brevdo, Chollet, Gomez, Gouws, Jones, Kaiser, Kalchbrenner, Parmar, Sepassi, Shazeer, Uszkoreit, Tensor2Tensor for Neural "
        + "Machine Translation, AMTA 2018, arXiv 1803.07416",
    Complexity = "O(tokens)", System = "positions")]
public sealed class HalfSplitSinusoidalPositions : PositionEncoding
{
    /// <summary>Positions as a part of a host, of any width and number of tokens.</summary>
    public HalfSplitSinusoidalPositions(PositionShape shape) => _ = shape;

    /// <inheritdoc/>
    public override bool TakesPositions => true;

    /// <inheritdoc/>
    protected override Tensor EncodeTokens(Tensor tokens, long first) =>
        tokens + Sinusoids.HalfSplit(TokenPositions.Of(tokens.Size(0), first, tokens.Size(1), tokens.Device), tokens.Size(2)).To(tokens.DType);
}
