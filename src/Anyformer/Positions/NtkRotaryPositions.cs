using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Rotary positions with a larger base: slow pairs turn more slowly by the factor, fast pairs as before (Peng et al. 2023, arXiv 2309.00071,
/// section 3.1, "NTK-aware").
/// </summary>
[Formula("q' = rope(q) of the base B s^(d / (d - 2)), k' alike", Where = "q', k': (d); B: base; s: factor")]
[Method("rope-ntk", "Rotary positions, NTK-aware", Family.RelativePositions, 2023,
    Paper = "bloc97, NTK-Aware Scaled RoPE, 2023; described by Peng, Quesnelle, Fan, Shippole, YaRN, arXiv 2309.00071, section 3.1",
    Complexity = "O(tokens)", System = "positions")]
public sealed class NtkRotaryPositions : RotaryPositions
{
    private readonly double _factor;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The whole head turns and its width is odd.</exception>
    public NtkRotaryPositions(PositionShape shape, ScaledRotaryOptions options) : base(shape, options) => _factor = options.Factor;

    /// <inheritdoc/>
    protected override Tensor Frequencies(long width, long tokens, Device? device) =>
        Rotary.Frequencies(width, Stretched(Base, _factor, width), device);

    /// <summary>The base at which the slowest pair turns as much more slowly as the factor says, and the fastest as before.</summary>
    internal static double Stretched(double @base, double factor, long width) => width > 2 ? @base * Math.Pow(factor, width / (width - 2.0)) : @base;
}
