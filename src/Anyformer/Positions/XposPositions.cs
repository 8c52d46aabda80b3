using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="XposPositions"/>.</summary>
public sealed record XposPositionsOptions
{
    /// <summary>Over how many positions scores shrink by the factor of a pair: the larger, the slower.</summary>
    [Description("over how many positions scores shrink by the factor of a pair"), Range(1e-6, 1e9)]
    public double ScaleBase { get; init; } = 512;
}

/// <summary>
/// Rotary positions in neighbours whose scores shrink with the distance, fast pairs more than slow ones: queries are multiplied by <c>ζ_i^(p / base)</c>
/// and keys divided by it, <c>ζ_i = (2i + 0.4 width) / (1.4 width)</c> (Sun et al. 2022, arXiv 2212.10554).
/// </summary>
[Formula(
    "q' = rotated(q, p) ⊙ ζ^((p - c) / B), k' = rotated(k, p) ⊙ ζ^(-(p - c) / B)",
    "ζ_m = (2m + 0.4 d) / (1.4 d)",
    Where = "q', k': (d); ζ: (d / 2); c: the middle of the sample; B: scale base; m: pair of elements")]
[Method("xpos", "xPos", Family.RelativePositions, 2022,
    Paper = "Sun, Dong, Patra, Ma, Huang, Benhaim, Chaudhary, Song, Wei, A Length-Extrapolatable Transformer, ACL 2023, arXiv 2212.10554",
    Complexity = "O(tokens)", System = "positions")]
public sealed class XposPositions : PositionEncoding
{
    private readonly double _scaleBase;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The width of a head is odd.</exception>
    public XposPositions(PositionShape shape, XposPositionsOptions options)
    {
        if (shape.HeadWidth % 2 != 0)
            throw new UserException($"Rotary positions turn pairs of elements, so the width of a head must be even, found {shape.HeadWidth}.");
        _scaleBase = options.ScaleBase;
        using var scope = new TensorScope();
        var width = (double)shape.HeadWidth;
        Scale = scope.Keep((Functional.Arange(0, width, 2, DType.Float32) + 0.4 * width) / (1.4 * width)).OutliveScopes();
    }

    /// <inheritdoc/>
    public override PositionPlace Place => PositionPlace.QueriesAndKeys;

    /// <inheritdoc/>
    public override bool DependsOnLength => true;

    /// <summary>The factors ζ of the pairs, (head width / 2).</summary>
    [Buffer]
    private Tensor Scale { get; }

    /// <inheritdoc/>
    protected override Tensor EncodeQueries(Tensor queries, long first) => Encode(queries, first, 1 / _scaleBase);

    /// <inheritdoc/>
    protected override Tensor EncodeKeys(Tensor keys, long first) => Encode(keys, first, -1 / _scaleBase);

    private Tensor Encode(Tensor heads, long first, double power)
    {
        var positions = TokenPositions.Range(first, heads.Size(2), heads.Device);
        // Powers are counted from the middle of the sample, so that they stay near 1.
        var middle = (first + heads.Size(2) + 1) / 2;
        var powers = ((positions - middle).To(DType.Float32) * power).Unsqueeze(-1);
        return Rotary.TurnNeighbours(heads, Rotary.Angles(positions, heads.Size(3)), Scale.Pow(powers));
    }
}
