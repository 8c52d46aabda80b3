using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Groups of distances: near ones alone, far ones together, the more the farther.</summary>
public static class RelativeBuckets
{
    /// <summary>
    /// The buckets of T5 (Raffel et al. 2020, arXiv 1910.10683, section 2.1): half of them for single distances, half for ranges that grow up to
    /// <paramref name="mostDistance"/>, and everything beyond in the last.
    /// </summary>
    /// <param name="distances">Position of the key minus position of the query, of any shape.</param>
    /// <param name="buckets">The number of buckets.</param>
    /// <param name="mostDistance">The distance from which all are alike.</param>
    /// <param name="bidirectional">Whether keys after the query have the upper half of the buckets; else they are as near as the query itself.</param>
    public static Tensor Exponential(Tensor distances, int buckets, int mostDistance, bool bidirectional)
    {
        using var scope = new TensorScope();
        var count = bidirectional ? buckets / 2 : buckets;
        var (single, far) = (count / 2, bidirectional ? distances.Abs() : (-distances).Clamp(min: 0));
        // In single precision as the reference: at the borders of the ranges the rounding decides.
        var logarithm = (far.To(DType.Float32) / single).Log() / Math.Log((double)mostDistance / single) * (count - single);
        var ranges = (logarithm.Clamp(min: 0).To(DType.Int64) + single).Clamp(max: count - 1);
        var bucket = Functional.Where(far < single, far, ranges);
        return scope.Keep(bidirectional ? bucket + (distances > 0).To(DType.Int64) * count : bucket);
    }

    /// <summary>
    /// The buckets of DeBERTa v2 and v3, from minus to plus half their number: up to a quarter are the distances themselves, the others ranges that
    /// grow up to <paramref name="positions"/> (He et al. 2021, arXiv 2111.09543; microsoft/DeBERTa).
    /// </summary>
    /// <param name="distances">Position of the query minus position of the key, of any shape.</param>
    /// <param name="buckets">The number of buckets.</param>
    /// <param name="positions">Positions that differ: farther distances are as the farthest of them.</param>
    public static Tensor Signed(Tensor distances, int buckets, int positions)
    {
        using var scope = new TensorScope();
        var near = buckets / 2;
        var far = distances.Clamp(1 - positions, positions - 1).Abs();
        // In double precision as the reference; borders are rounded up.
        var logarithm = (far.To(DType.Float64) / near).Log() / Math.Log((positions - 1.0) / near) * (near - 1);
        var ranges = (logarithm.Clamp(min: 0).Ceil() + near).To(DType.Int64);
        return scope.Keep(distances.Sign() * Functional.Where(far <= near, far, ranges));
    }
}
