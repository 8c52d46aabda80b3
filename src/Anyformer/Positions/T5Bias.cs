using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="T5Bias"/>.</summary>
public sealed record T5BiasOptions
{
    /// <summary>The number of buckets, of both directions together.</summary>
    [Description("the number of buckets, of both directions together"), Range(4, 1 << 20)]
    public int Buckets { get; init; } = 32;

    /// <summary>The distance from which all are alike.</summary>
    [Description("the distance from which all are alike"), Range(2, 1 << 30)]
    public int MaxDistance { get; init; } = 128;

    /// <summary>Whether keys before and after the query have buckets of their own; decoders see none after it.</summary>
    [Description("keys before and after the query have buckets of their own")]
    public bool Bidirectional { get; init; } = true;
}

/// <summary>
/// Adds a learned number for every head and every bucket of distances (Raffel et al. 2020, arXiv 1910.10683, section 2.1). T5 itself does not divide
/// scores by the root of the head width.
/// </summary>
[Formula(
    "S'_ij = S_ij + b[bucket(j - i)]",
    "bucket: distances one by one up to half of the buckets, then logarithmic ranges up to the farthest",
    Where = "S': (batch, heads, queries, keys); b: learned, (buckets, heads)")]
[Method("t5-bias", "T5 relative bias", Family.RelativePositions, 2020,
    Paper = "Raffel, Shazeer, Roberts, Lee, Narang, Matena, Zhou, Li, Liu, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, "
        + "JMLR 2020, arXiv 1910.10683",
    Complexity = "O(tokens²)", System = "positions", Aliases = ["t5"])]
public sealed class T5Bias : DistanceBias
{
    private readonly T5BiasOptions _options;

    /// <summary>Numbers drawn as narrowly as T5 draws them.</summary>
    /// <exception cref="UserException">So many buckets reach farther than the farthest distance.</exception>
    public T5Bias(AttentionShape shape, T5BiasOptions options)
    {
        var single = (options.Bidirectional ? options.Buckets / 2 : options.Buckets) / 2;
        if (options.MaxDistance <= single)
            throw new UserException(
                $"{options.Buckets} buckets hold {single} single distances, so the farthest must be greater, found {options.MaxDistance}.");
        _options = options;
        Table = new Embedding(options.Buckets, shape.Heads);
        _ = Initialization.Normal(Table.Weight, deviation: 1 / Math.Sqrt(shape.Heads * shape.HeadWidth));
    }

    /// <summary>(buckets, heads).</summary>
    private Embedding Table { get; }

    /// <inheritdoc/>
    protected override Tensor OfDistances(Tensor distances) =>
        Table.Call(RelativeBuckets.Exponential(distances, _options.Buckets, _options.MaxDistance, _options.Bidirectional)).Transpose(0, 1);
}
