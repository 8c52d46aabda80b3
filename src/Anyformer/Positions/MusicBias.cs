using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="MusicBias"/>.</summary>
public sealed record MusicBiasOptions
{
    /// <summary>Distances into the past that have a vector, where the host does not say how many tokens there are.</summary>
    [Description("distances into the past that have a vector, where the host does not say how many tokens there are"), Range(1, 1 << 24)]
    public int Distances { get; init; } = 512;
}

/// <summary>
/// Adds the product of the query with a learned vector for the distance to the key, one for every head and distance into the past, computed without a
/// vector for every pair (Huang et al., ICLR 2019, arXiv 1809.04281, section 3.4). Keys after the query get nothing; what is farther away than the
/// vectors reach counts as the farthest.
/// </summary>
[Formula(
    "S'_ij = S_ij + q_i·e_(i-j) / √d for j ≤ i, S_ij after it",
    Where = "S': (batch, heads, queries, keys); e: learned vector of a distance into the past, (heads, distances, d)")]
[Method("music-skew", "Music Transformer relative attention", Family.RelativePositions, 2019,
    Paper = "Huang, Vaswani, Uszkoreit, Shazeer, Simon, Hawthorne, Dai, Hoffman, Dinculescu, Eck, Music Transformer, ICLR 2019, arXiv 1809.04281",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class MusicBias : ScoreModifier
{
    /// <summary>Vectors drawn from a normal distribution of variance 1 / head width.</summary>
    public MusicBias(AttentionShape shape, MusicBiasOptions options) => Distances = Initialization.Normal(
        Parameter.Empty(shape.Heads, shape.Tokens is > 0 and { } tokens ? tokens : options.Distances, shape.HeadWidth),
        deviation: 1 / Math.Sqrt(shape.HeadWidth));

    /// <summary>(heads, distances, head width); the last is that of a query to its own key, the first that to the farthest.</summary>
    private Parameter Distances { get; }

    /// <inheritdoc/>
    protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) =>
        scores + RelativeScores(queries, keys.Size(2)) / Math.Sqrt(queries.Size(-1));

    /// <summary>The products of queries and vectors by key, (batch, heads, queries, keys), 0 for keys after the query.</summary>
    internal Tensor RelativeScores(Tensor queries, long keys)
    {
        using var scope = new TensorScope();
        var byDistance = queries.MatMul(For(keys).Transpose(-2, -1));
        return scope.Keep(RelativeShift.Call(byDistance, keys).Tril(keys - queries.Size(2)));
    }

    /// <summary>The vectors of as many distances as there are keys.</summary>
    private Tensor For(long keys)
    {
        var known = Distances.Size(1);
        if (keys <= known)
            return Distances.Narrow(1, known - keys, keys);
        var farthest = Distances.Narrow(1, 0, 1).Expand([-1, keys - known, -1]);
        return Functional.Cat([farthest, Distances], 1);
    }
}
