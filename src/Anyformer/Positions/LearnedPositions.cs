using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="LearnedPositions"/>.</summary>
public sealed record LearnedPositionsOptions
{
    /// <summary>Whether vectors are divided by the root of their width, as x-transformers does.</summary>
    [Description("vectors are divided by the root of their width")]
    public bool ScalesByWidth { get; init; }
}

/// <summary>Adds a learned vector for every position (Gehring et al., ICML 2017, arXiv 1705.03122; Devlin et al. 2019, arXiv 1810.04805).</summary>
[Formula("Y_p = X_p + T_p", Where = "T: learned, (positions, width)")]
[Method("learned-positions", "Learned positions", Family.AbsolutePositions, 2017,
    Paper = "Gehring, Auli, Grangier, Yarats, Dauphin, Convolutional Sequence to Sequence Learning, ICML 2017, arXiv 1705.03122",
    Complexity = "O(tokens)", System = "positions", Aliases = ["learned"])]
public sealed class LearnedPositions : PositionEncoding
{
    private readonly long _positions;
    private readonly double _scale;

    /// <summary>A table of vectors drawn from N(0, 1).</summary>
    /// <param name="positions">Positions that have a vector.</param>
    /// <param name="width">Width of a vector.</param>
    /// <param name="padding">The position of padding, whose vector is not trained; null for none.</param>
    /// <param name="scale">What the vectors are multiplied by.</param>
    public LearnedPositions(long positions, long width, long? padding = null, double scale = 1)
    {
        (_positions, _scale) = (positions, scale);
        Table = new Embedding(positions, width, padding);
    }

    /// <summary>Positions as a part of a host.</summary>
    public LearnedPositions(PositionShape shape, LearnedPositionsOptions options)
        : this(shape.Tokens, shape.Width, padding: null, options.ScalesByWidth ? 1 / Math.Sqrt(shape.Width) : 1) { }

    private Embedding Table { get; }

    /// <summary>The vectors of positions: (...) of integers to (..., width).</summary>
    public Tensor At(Tensor positions)
    {
        using var scope = new TensorScope();
        var vectors = Table.Call(positions);
        return scope.Keep(_scale == 1 ? vectors : vectors * _scale);
    }

    /// <inheritdoc/>
    public override bool TakesPositions => true;

    /// <inheritdoc/>
    /// <exception cref="UserException">There are more tokens than positions, or one stands where there is none.</exception>
    protected override Tensor EncodeTokens(Tensor tokens, long first)
    {
        if (first + tokens.Size(1) > _positions)
            throw new UserException($"Learned positions were built for {_positions} tokens, found a sample of {first + tokens.Size(1)}.");
        var positions = TokenPositions.Of(tokens.Size(0), first, tokens.Size(1), tokens.Device);
        if (positions.Dimensions == 2)
            Check(positions);
        return tokens + At(positions);
    }

    /// <summary>Positions of the caller's may be any numbers.</summary>
    private void Check(Tensor positions)
    {
        var (least, most) = (positions.Min().Item<long>(), positions.Max().Item<long>());
        if (least < 0 || most >= _positions)
            throw new UserException($"Learned positions were built for positions from 0 to {_positions - 1}, found {(least < 0 ? least : most)}.");
    }
}
