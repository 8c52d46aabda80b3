using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Makes a context of queries, keys and values, all (batch, heads, tokens, head width).</summary>
public abstract class AttentionFunction : Module
{
    /// <summary>The context, (batch, heads, queries, head width).</summary>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    /// <param name="values">(batch, heads, keys, head width).</param>
    /// <param name="mask">What may not be seen; null lets every query see every key.</param>
    /// <exception cref="UserException">The mechanism cannot obey the mask.</exception>
    public Tensor Call(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        return scope.Keep(Forward(queries, keys, values, mask));
    }

    /// <summary>The context.</summary>
    protected abstract Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask);
}
