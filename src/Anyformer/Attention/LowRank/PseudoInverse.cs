using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>
/// The pseudo-inverse of maps of weights by an iteration that is products alone (Razavi et al. 2014), and so is gentle to gradients (Xiong et al.,
/// AAAI 2021, arXiv 2102.03902, section 3.2).
/// </summary>
internal static class PseudoInverse
{
    /// <summary>The pseudo-inverses, (batch, heads, keys, queries), of maps, (batch, heads, queries, keys), whose rows add up to one.</summary>
    /// <param name="maps">The maps.</param>
    /// <param name="iterations">Iterations; six are enough for a softmax of 64 landmarks.</param>
    /// <param name="batchScale">Whether all start from the scale of the map with the largest column, instead of each from its own.</param>
    internal static Tensor Of(Tensor maps, int iterations, bool batchScale)
    {
        var columns = maps.Sum([-2]);
        var largest = batchScale ? columns.Amax() : columns.Amax([-1]).Unsqueeze(-1).Unsqueeze(-1);
        var inverse = maps.Transpose(-2, -1) * (1 / largest);
        var identity = Functional.Eye(maps.Size(-2), dtype: maps.DType, device: maps.Device);
        for (var i = 0; i < iterations; i++)
        {
            var product = maps.MatMul(inverse);
            inverse = (inverse * 0.25).MatMul(13 * identity - product.MatMul(15 * identity - product.MatMul(7 * identity - product)));
        }

        return inverse;
    }
}
