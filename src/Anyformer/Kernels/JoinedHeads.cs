using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>Results of kernels whose heads are joined without a copy.</summary>
internal static class JoinedHeads
{
    /// <summary>
    /// An empty (batch, heads, tokens, width) tensor in which each token's heads lie in a row. Samples or tokens lie outside as those of
    /// <paramref name="like"/> do.
    /// </summary>
    internal static Tensor Empty(Tensor like, long width)
    {
        var (batch, heads, tokens) = (like.Size(0), like.Size(1), like.Size(2));
        var strides = like.Strides;
        return strides[0] < strides[2]
            ? Functional.Empty([tokens, batch, heads, width], like.DType).Permute([1, 2, 0, 3])
            : Functional.Empty([batch, tokens, heads, width], like.DType).Transpose(1, 2);
    }
}
