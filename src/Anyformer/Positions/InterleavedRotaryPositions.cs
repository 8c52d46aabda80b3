using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Turns queries and keys by their positions, every other element with its neighbour (Su et al. 2021, arXiv 2104.09864, section 3.2.2; GPT-J, Llama).
/// The same function as <see cref="RotaryPositions"/> with the elements in another order.
/// </summary>
[Formula(
    "[q'_2m, q'_(2m+1)] = [q_2m cos(p w_m) - q_(2m+1) sin(p w_m), q_(2m+1) cos(p w_m) + q_2m sin(p w_m)], k' alike",
    "w_m = B^(-2m / d)",
    Where = "q', k': (d); w: frequency; m: pair of elements; B: base")]
[Method("rope-interleaved", "Rotary positions, neighbours in pairs", Family.RelativePositions, 2021,
    Paper = "Su, Lu, Pan, Murtadha, Wen, Liu, RoFormer: Enhanced Transformer with Rotary Position Embedding, 2021, arXiv 2104.09864",
    Complexity = "O(tokens)", System = "positions")]
public sealed class InterleavedRotaryPositions : RotaryPositions
{
    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The whole head turns and its width is odd.</exception>
    public InterleavedRotaryPositions(PositionShape shape, RotaryPositionsOptions options) : base(shape, options) { }

    /// <inheritdoc/>
    protected override Tensor Turn(Tensor vectors, Tensor angles) => Rotary.TurnNeighbours(vectors, angles);
}
