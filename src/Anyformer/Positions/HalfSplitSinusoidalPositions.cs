using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Adds all sines and then all cosines, as tensor2tensor and fairseq do; see <see cref="Sinusoids.HalfSplit"/>.</summary>
[Method("sinusoidal-half-split", "Sinusoidal positions in halves", Family.AbsolutePositions, 2018,
    Paper = "Vaswani, Bengio, Brevdo, Chollet, Gomez, Gouws, Jones, Kaiser, Kalchbrenner, Parmar, Sepassi, Shazeer, Uszkoreit, Tensor2Tensor for Neural "
        + "Machine Translation, AMTA 2018, arXiv 1803.07416",
    Complexity = "O(tokens)", System = "positions")]
public sealed class HalfSplitSinusoidalPositions : PositionEncoding
{
    /// <summary>Positions as a part of a host, of any width and number of tokens.</summary>
    public HalfSplitSinusoidalPositions(PositionShape shape) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor EncodeTokens(Tensor tokens, long first) =>
        tokens + Sinusoids.HalfSplit(TokenPositions.Range(first, tokens.Size(1), tokens.Device), tokens.Size(2)).To(tokens.DType);
}
