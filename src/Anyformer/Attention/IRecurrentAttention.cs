using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// An attention function whose causal form can go on token by token. Step after step it gives what <see cref="AttentionFunction.Call"/> gives
/// under a causal mask for all tokens at once.
/// </summary>
public interface IRecurrentAttention
{
    /// <summary>The context of the next tokens, and the state to hand to the step after.</summary>
    /// <param name="queries">(batch, heads, new tokens, head width).</param>
    /// <param name="keys">(batch, heads, new tokens, head width).</param>
    /// <param name="values">(batch, heads, new tokens, head width).</param>
    /// <param name="state">What the step before gave; null at the first token.</param>
    (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state);
}
