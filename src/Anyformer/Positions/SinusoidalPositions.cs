using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>How frequencies of sinusoids are computed in single precision: the last digits differ, and with them those of what is far behind.</summary>
public enum FrequencyFormula
{
    /// <summary>As exponentials, <c>exp(-2m ln 10000 / D)</c>: tensor2tensor, PyTorch's tutorials.</summary>
    Exponential,

    /// <summary>As powers, <c>10000^(-2m / D)</c>.</summary>
    Power,
}

/// <summary>Options of <see cref="SinusoidalPositions"/>.</summary>
public sealed record SinusoidalPositionsOptions
{
    /// <summary>How frequencies are computed.</summary>
    [Description("how frequencies are computed: exponential or power; they differ in the last digits, which checkpoints of a code may want")]
    public FrequencyFormula Frequencies { get; init; }
}

/// <summary>
/// Adds sines and cosines in turn (Vaswani et al. 2017, arXiv 1706.03762, section 3.5); see <see cref="Sinusoids.Interleaved(Tensor, long, FrequencyFormula)"/>.
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
    private readonly FrequencyFormula _frequencies;

    /// <summary>Positions as a part of a host, of any width and number of tokens.</summary>
    public SinusoidalPositions(PositionShape shape, SinusoidalPositionsOptions options)
    {
        _ = shape;
        _frequencies = options.Frequencies;
    }

    /// <inheritdoc/>
    public override bool TakesPositions => true;

    /// <inheritdoc/>
    protected override Tensor EncodeTokens(Tensor tokens, long first) =>
        tokens + Sinusoids.Interleaved(TokenPositions.Of(tokens.Size(0), first, tokens.Size(1), tokens.Device), tokens.Size(2), _frequencies).To(tokens.DType);
}
