using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="RotaryPositions"/>.</summary>
public record RotaryPositionsOptions
{
    /// <summary>How many times as fast the first pair turns as the last would; later models for long samples take 500000.</summary>
    [Description("how many times as fast the first pair of elements turns as the last would"), Range(1.000001, 1e12)]
    public double Base { get; init; } = 10000;

    /// <summary>The part of a head's elements that turns, the first ones, rounded to pairs; the others pass as they are.</summary>
    [Description("the part of a head's elements that turns, rounded to pairs"), Range(0.0, 1.0)]
    public double Fraction { get; init; } = 1;
}

/// <summary>
/// Turns queries and keys by their positions, the first half of their elements with the second (Su et al. 2021, RoFormer, arXiv 2104.09864; in
/// this layout GPT-NeoX and Llama in Hugging Face). Variants choose other frequencies, for samples longer than those of training.
/// </summary>
[Formula(
    "q' = q ⊙ cos(p w) + turn(q) ⊙ sin(p w), k' alike; turn([a, b]) = [-b, a]",
    "w_m = B^(-2m / d)",
    Where = "q', k': (d); a, b: halves of a vector, (d / 2); w: frequency, (d / 2), for both halves; m: pair of elements; B: base")]
[Method("rope", "Rotary positions (RoPE)", Family.RelativePositions, 2021,
    Paper = "Su, Lu, Pan, Murtadha, Wen, Liu, RoFormer: Enhanced Transformer with Rotary Position Embedding, 2021, arXiv 2104.09864",
    Complexity = "O(tokens)", System = "positions", Aliases = ["rotary"])]
public class RotaryPositions : PositionEncoding
{
    private readonly long _width;

    /// <summary>Positions as a part of a host.</summary>
    /// <exception cref="UserException">The whole head turns and its width is odd.</exception>
    public RotaryPositions(PositionShape shape, RotaryPositionsOptions options)
    {
        _width = options.Fraction == 1 ? shape.HeadWidth : 2 * (long)Math.Round(shape.HeadWidth * options.Fraction / 2);
        if (_width % 2 != 0)
            throw new UserException($"Rotary positions turn pairs of elements, so the width of a head must be even, found {_width}.");
        Base = options.Base;
    }

    /// <inheritdoc/>
    public override PositionPlace Place => PositionPlace.QueriesAndKeys;

    /// <inheritdoc/>
    public override bool TakesPositions => true;

    /// <summary>How many times as fast the first pair turns as the last would.</summary>
    protected double Base { get; }

    /// <summary>What turned vectors are multiplied by.</summary>
    public virtual double Magnitude => 1;

    /// <summary>The angles of tokens, (tokens, half of the elements that turn).</summary>
    /// <param name="first">The position of the first token.</param>
    /// <param name="count">The number of tokens.</param>
    /// <param name="device">Where the tensor is to lie.</param>
    public Tensor Angles(long first, long count, Device? device = null)
    {
        using var scope = new TensorScope();
        return scope.Keep(Rotary.Angles(TokenPositions.Range(first, count, device), Frequencies(_width, first + count, device)));
    }

    /// <summary>How fast pairs turn, (width / 2).</summary>
    /// <param name="width">Elements that turn.</param>
    /// <param name="tokens">Tokens of the sample so far.</param>
    /// <param name="device">Where the tensor is to lie.</param>
    protected virtual Tensor Frequencies(long width, long tokens, Device? device) => Rotary.Frequencies(width, Base, device);

    /// <summary>The turned vectors, (..., tokens, width).</summary>
    protected virtual Tensor Turn(Tensor vectors, Tensor angles) => Rotary.Turn(vectors, angles);

    /// <inheritdoc/>
    protected sealed override Tensor EncodeQueries(Tensor queries, long first) => Encode(queries, first);

    /// <inheritdoc/>
    protected sealed override Tensor EncodeKeys(Tensor keys, long first) => Encode(keys, first);

    private Tensor Encode(Tensor heads, long first)
    {
        var angles = AnglesOf(heads, first);
        if (_width == heads.Size(3))
            return Scaled(Turn(heads, angles));
        var turned = Scaled(Turn(heads.Narrow(3, 0, _width), angles));
        return Functional.Cat([turned, heads.Narrow(3, _width, heads.Size(3) - _width)], 3);
    }

    /// <summary>The angles of the tokens of heads, (tokens, pairs), or where the texts of a batch differ, (batch, 1, tokens, pairs).</summary>
    private Tensor AnglesOf(Tensor heads, long first)
    {
        var (batch, count) = (heads.Size(0), heads.Size(2));
        if (TokenContext.PositionsOf(batch, count) is not { } positions)
            return Angles(first, count, heads.Device);
        var frequencies = Frequencies(_width, first + count, heads.Device);
        return (positions.To(frequencies.DType).Unsqueeze(-1) * frequencies).Unsqueeze(1);
    }

    private Tensor Scaled(Tensor turned) => Magnitude == 1 ? turned : turned * Magnitude;
}
