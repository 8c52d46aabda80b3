using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Rotary positions divided by a factor, so that a longer sample has the positions of a shorter one (Chen et al. 2023, arXiv 2306.15595).
/// </summary>
[Formula("q' = rope(q) at the position p / s, k' alike", Where = "q', k': (d); s: factor")]
[Method("rope-linear", "Rotary positions, interpolated", Family.RelativePositions, 2023,
    Paper = "Chen, Wong, Chen, Tian, Extending Context Window of Large Language Models via Positional Interpolation, 2023, arXiv 2306.15595",
    Complexity = "O(tokens)", System = "positions")]
public sealed class LinearRotaryPositions : RotaryPositions
{
    private readonly double _factor;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The whole head turns and its width is odd.</exception>
    public LinearRotaryPositions(PositionShape shape, ScaledRotaryOptions options) : base(shape, options) => _factor = options.Factor;

    /// <inheritdoc/>
    protected override Tensor Frequencies(long width, long tokens, Device? device) => Rotary.Frequencies(width, Base, device) / _factor;
}
