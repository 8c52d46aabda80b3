using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Rotary positions in which pairs that turn often in a training sample stay, pairs that do not turn once are interpolated, and those between lie
/// between; scores grow a little with the factor (Peng et al. 2023, arXiv 2309.00071, section 3.2 and 3.4).
/// </summary>
[Formula(
    "q' = (0.1 ln s + 1) rope(q) of the frequencies w', k' alike",
    "w'_m = (1 - g_m) w_m + g_m w_m / s, g_m = clamp((m - a) / (b - a), 0, 1)",
    Where = "q', k': (d); s: factor; w, w': frequency, before and after; g: share that is interpolated; "
        + "a, b: pairs that turn 32 times and once in a sample of training; m: pair of elements")]
[Method("rope-yarn", "YaRN", Family.RelativePositions, 2023,
    Paper = "Peng, Quesnelle, Fan, Shippole, YaRN: Efficient Context Window Extension of Large Language Models, 2023, arXiv 2309.00071",
    Complexity = "O(tokens)", System = "positions")]
public sealed class YarnRotaryPositions : RotaryPositions
{
    private const double FastTurns = 32, SlowTurns = 1;

    private readonly ScaledRotaryOptions _options;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The whole head turns and its width is odd.</exception>
    public YarnRotaryPositions(PositionShape shape, ScaledRotaryOptions options) : base(shape, options) => _options = options;

    /// <inheritdoc/>
    public override double Magnitude => 0.1 * Math.Log(_options.Factor) + 1;

    /// <inheritdoc/>
    protected override Tensor Frequencies(long width, long tokens, Device? device)
    {
        var (low, high) = (Math.Max(Math.Floor(Turning(FastTurns, width)), 0), Math.Min(Math.Ceiling(Turning(SlowTurns, width)), width - 1));
        // The reference widens a ramp of no length by this much.
        var length = high == low ? 0.001 : high - low;
        var interpolated = ((Functional.Arange(width / 2, DType.Float32, device: device) - low) / length).Clamp(0, 1);
        var frequencies = Rotary.Frequencies(width, Base, device);
        return frequencies / _options.Factor * interpolated + frequencies * (1 - interpolated);
    }

    /// <summary>Which pair turns so many times in a sample of training.</summary>
    private double Turning(double turns, long width) => width * Math.Log(_options.TrainedTokens / (turns * 2 * Math.PI)) / (2 * Math.Log(Base));
}
