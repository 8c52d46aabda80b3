using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="UntiedPositions"/>.</summary>
public sealed record UntiedPositionsOptions
{
    /// <summary>Positions that have a vector, where the host does not say how many tokens there are.</summary>
    [Description("positions that have a vector, where the host does not say how many tokens there are"), Range(1, 1 << 24)]
    public int Tokens { get; init; } = 512;

    /// <summary>Buckets of distances, which have a number for every head (TUPE-R); 0 for none (TUPE-A).</summary>
    [Description("buckets of distances, 0 for none"), Range(0, 1 << 20)]
    public int Buckets { get; init; } = 32;

    /// <summary>The distance from which all are alike.</summary>
    [Description("the distance from which all are alike"), Range(2, 1 << 30)]
    public int MaxDistance { get; init; } = 128;
}

/// <summary>
/// Positions meet positions and words meet words, through projections of their own: half of each goes into the score. The first token is a class
/// token, which is as near to one token as to any other (Ke, He and Liu, ICLR 2021, TUPE, arXiv 2006.15595).
/// </summary>
/// <remarks>A model shares one instance among its layers.</remarks>
[Formula(
    "S'_ij = S_ij / √2 + (P_i U_q)·(P_j U_k) / √(2 d) + b[bucket(j - i)]",
    "one number for all pairs from the class token, and one for all pairs to it",
    Where = "S': (batch, heads, queries, keys); P: learned positions, normalised, (tokens + 1, heads · d); U: (heads · d, heads · d); "
        + "b: learned, (buckets + 1, heads)")]
[Method("tupe", "Untied positions (TUPE)", Family.RelativePositions, 2021,
    Paper = "Ke, He, Liu, Rethinking Positional Encoding in Language Pre-training, ICLR 2021, arXiv 2006.15595",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class UntiedPositions : ScoreModifier
{
    private readonly UntiedPositionsOptions _options;
    private readonly int _heads;
    private readonly double _scale;

    /// <summary>Positions for heads.</summary>
    /// <exception cref="UserException">So many buckets reach farther than the farthest distance, or are an odd number.</exception>
    public UntiedPositions(AttentionShape shape, UntiedPositionsOptions options)
    {
        if (options.Buckets % 2 != 0 || options.Buckets is > 0 and < 4 || (options.Buckets > 0 && options.MaxDistance <= options.Buckets / 4))
            throw new UserException("TUPE needs an even number of buckets, 4 or more, and a farthest distance greater than a quarter of them, found "
                + $"{options.Buckets} buckets and a farthest distance of {options.MaxDistance}.");
        (_options, _heads, _scale) = (options, shape.Heads, 1 / Math.Sqrt(2.0 * shape.HeadWidth));
        var width = shape.Heads * shape.HeadWidth;
        Positions = Initialization.Normal(Parameter.Empty((shape.Tokens is > 0 and { } tokens ? tokens : options.Tokens) + 1, width), deviation: 0.02);
        Norm = new LayerNorm(width);
        QueryProjection = new Linear(width, width);
        KeyProjection = new Linear(width, width);
        Table = options.Buckets > 0 ? new Embedding(options.Buckets + 1, shape.Heads) : null;
    }

    /// <summary>(1 + tokens, width): a vector for the class token as others see it, and then those of positions.</summary>
    private Parameter Positions { get; }

    private LayerNorm Norm { get; }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    /// <summary>(buckets + 1, heads): the last is that from others to the class token; null without buckets.</summary>
    private Embedding? Table { get; }

    /// <summary>What positions give to scores, (heads, queries, keys); the last query stands beside the last key.</summary>
    /// <exception cref="UserException">There are more keys than positions.</exception>
    public Tensor Bias(long queries, long keys)
    {
        if (keys >= Positions.Size(0))
            throw new UserException($"The untied positions were built for {Positions.Size(0) - 1} tokens, found {keys}.");
        using var scope = new TensorScope();
        var places = Norm.Call(Positions.Narrow(0, 0, Math.Max(2, keys + 1)));
        var (asking, answering) = (Split(QueryProjection.Call(places)) * _scale, Split(KeyProjection.Call(places)));
        var first = keys - queries;
        var scores = asking.Narrow(1, first + 1, queries).MatMul(answering.Narrow(1, 1, keys).Transpose(1, 2));
        Tensor Reset(long place) => (asking.Narrow(1, place, 1) * answering.Narrow(1, place, 1)).Sum([2], keepdim: true);
        var (fromClass, toClass) = (Reset(0), Reset(1));
        if (Table is not null)
        {
            scores += Relative(Table, queries, keys, first);
            (fromClass, toClass) = (fromClass + Number(Table, _options.Buckets / 2), toClass + Number(Table, _options.Buckets));
        }

        return scope.Keep(WithClass(scores, fromClass, toClass, first == 0));
    }

    /// <inheritdoc/>
    protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) =>
        // Words have been divided by the root of the head width, and are half of the score.
        scores * Math.Sqrt(0.5) + Bias(scores.Size(-2), scores.Size(-1)).To(scores.DType);

    /// <summary>One number for all pairs with the class token at one side, of each side.</summary>
    private static Tensor WithClass(Tensor scores, Tensor fromClass, Tensor toClass, bool asksAsClass)
    {
        var (queries, keys) = (scores.Size(1), scores.Size(2));
        scores = Functional.Cat([toClass.Expand([-1, queries, -1]), scores.Narrow(2, 1, keys - 1)], 2);
        return asksAsClass ? Functional.Cat([fromClass.Expand([-1, -1, keys]), scores.Narrow(1, 1, queries - 1)], 1) : scores;
    }

    private Tensor Relative(Embedding table, long queries, long keys, long first)
    {
        var distances = RelativeShift.Distances(queries, keys, first, Positions.Device);
        var buckets = RelativeBuckets.Exponential(distances, _options.Buckets, _options.MaxDistance, bidirectional: true);
        return RelativeShift.Spread(table.Call(buckets).Transpose(0, 1), keys);
    }

    /// <summary>The number of a bucket, (heads, 1, 1).</summary>
    private static Tensor Number(Embedding table, long bucket) => table.Weight.Select(0, bucket).View([-1, 1, 1]);

    /// <summary>(places, width) to (heads, places, head width).</summary>
    private Tensor Split(Tensor places) => places.Unflatten(-1, [_heads, -1]).Transpose(0, 1);
}
