using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Rotary positions whose base grows with a sample once it is longer than those of training (Peng et al. 2023, arXiv 2309.00071, section 3.3). Keys
/// that were turned earlier, at a smaller base, no longer fit: a cache must keep them as they were before.
/// </summary>
[Formula(
    "q' = rope(q) of the base B r^(d / (d - 2)), k' alike",
    "r = s n / N - (s - 1) for n > N, else 1",
    Where = "q', k': (d); B: base; r: factor of the sample; s: factor; N: tokens of a sample in training")]
[Method("rope-dynamic", "Rotary positions, dynamic NTK", Family.RelativePositions, 2023,
    Paper = "emozilla, Dynamically Scaled RoPE, 2023; described by Peng, Quesnelle, Fan, Shippole, YaRN, arXiv 2309.00071, section 3.3",
    Complexity = "O(tokens)", System = "positions")]
public sealed class DynamicRotaryPositions : RotaryPositions
{
    private readonly ScaledRotaryOptions _options;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The whole head turns and its width is odd.</exception>
    public DynamicRotaryPositions(PositionShape shape, ScaledRotaryOptions options) : base(shape, options) => _options = options;

    /// <inheritdoc/>
    public override bool ReadsOn => false;

    /// <inheritdoc/>
    protected override Tensor Frequencies(long width, long tokens, Device? device)
    {
        var factor = tokens > _options.TrainedTokens ? _options.Factor * tokens / _options.TrainedTokens - (_options.Factor - 1) : 1;
        return Rotary.Frequencies(width, NtkRotaryPositions.Stretched(Base, factor, width), device);
    }
}
