using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// An attention function that can count a key as often as the tokens it stands for, as if it were there so many times (Bolya et al. 2023, Token
/// Merging, arXiv 2210.09461, section 3).
/// </summary>
public interface IProportionalAttention
{
    /// <summary>The context, (batch, heads, queries, head width).</summary>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    /// <param name="values">(batch, heads, keys, head width).</param>
    /// <param name="counts">How often each key counts, (batch, keys, 1).</param>
    Tensor Call(Tensor queries, Tensor keys, Tensor values, Tensor counts);
}
