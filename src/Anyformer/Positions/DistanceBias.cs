using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Adds to scores what depends on the head and on the distance of query and key alone. Of fewer queries than keys, the last query stands beside the
/// last key, as when a sample goes on token by token.
/// </summary>
public abstract class DistanceBias : ScoreModifier
{
    /// <summary>What is added, (heads, queries, keys).</summary>
    /// <param name="queries">The number of queries.</param>
    /// <param name="keys">The number of keys; the first stands at position 0.</param>
    /// <param name="first">The position of the first query; null for where the last query stands beside the last key.</param>
    /// <param name="device">Where the tensor is to lie.</param>
    public Tensor Bias(long queries, long keys, long? first = null, Device? device = null)
    {
        using var scope = new TensorScope();
        var start = first ?? keys - queries;
        return scope.Keep(RelativeShift.Spread(OfDistances(RelativeShift.Distances(queries, keys, start, device)), keys));
    }

    /// <inheritdoc/>
    public override bool ReadsOn => true;

    internal sealed override Tensor AddedScores(Tensor queries, Tensor keys) =>
        Bias(queries.Size(-2), keys.Size(-2), device: queries.Device).To(queries.DType).Unsqueeze(0);

    /// <inheritdoc/>
    protected sealed override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) => scores + AddedScores(queries, keys);

    /// <summary>What is added at distances, (heads, distances).</summary>
    /// <param name="distances">Position of the key minus position of the query, (distances), integers.</param>
    protected abstract Tensor OfDistances(Tensor distances);
}
