using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="ScaledSinusoidalPositions"/>.</summary>
public sealed record ScaledSinusoidalPositionsOptions
{
    /// <summary>The slowest wave is this times as slow as the fastest.</summary>
    [Description("the slowest wave is this times as slow as the fastest"), Range(1.0, 1e12)]
    public double Base { get; init; } = 10000;
}

/// <summary>
/// Adds all sines and then all cosines, times a learned number that begins at one over the root of the width, as x-transformers does (after Hua et
/// al., ICML 2022, arXiv 2202.10447, appendix).
/// </summary>
[Formula(
    "Y_p = X_p + s P_p, P[p, m] = sin(p w_m), P[p, D / 2 + m] = cos(p w_m)",
    "w_m = B^(-2m / D)",
    Where = "P: (tokens, width); s: learned, one number, 1 / √D at first; w: frequency; B: base; m: from 0 to D / 2 - 1")]
[Method("sinusoidal-scaled", "Scaled sinusoidal positions", Family.AbsolutePositions, 2022,
    Paper = "Hua, Dai, Liu, Le, Transformer Quality in Linear Time, ICML 2022, arXiv 2202.10447",
    Complexity = "O(tokens)", System = "positions")]
public sealed class ScaledSinusoidalPositions : PositionEncoding
{
    private readonly long _width;
    private readonly double _base;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The width is odd.</exception>
    public ScaledSinusoidalPositions(PositionShape shape, ScaledSinusoidalPositionsOptions options)
    {
        if (shape.Width % 2 != 0)
            throw new UserException($"Scaled sinusoidal positions have as many sines as cosines, so the width must be even, found {shape.Width}.");
        (_width, _base) = (shape.Width, options.Base);
        Scale = Initialization.Constant(Parameter.Empty(1), 1 / Math.Sqrt(shape.Width));
    }

    private Parameter Scale { get; }

    /// <summary>The vectors of positions: (...) to (..., width).</summary>
    public Tensor At(Tensor positions)
    {
        using var scope = new TensorScope();
        return scope.Keep(Sinusoids.Split(positions, Rotary.Frequencies(_width, _base, positions.Device)).To(Scale.DType) * Scale);
    }

    /// <inheritdoc/>
    public override bool TakesPositions => true;

    /// <inheritdoc/>
    protected override Tensor EncodeTokens(Tensor tokens, long first) => tokens + At(TokenPositions.Of(tokens.Size(0), first, tokens.Size(1), tokens.Device));
}
