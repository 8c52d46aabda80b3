using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Maps queries and keys to features whose product stands for the score, <c>score(q, k) = map(q) · map(k)</c>: keys and values can then be summed
/// first, in time linear in the tokens. A new map is one small class; <see cref="KernelAttention"/> does the rest.
/// </summary>
public abstract class FeatureMap : Module
{
    /// <summary>Whether, under a causal mask, the features of a key depend on that key alone, so that keys can be taken one at a time.</summary>
    public virtual bool IsPointwise => true;

    /// <summary>The features of queries and of the keys that they are to meet.</summary>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    /// <param name="mask">What may not be seen; features of a key that is padding are without meaning.</param>
    /// <returns>(batch, heads, queries, features) and (batch, heads, keys, features).</returns>
    public (Tensor Queries, Tensor Keys) Call(Tensor queries, Tensor keys, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        Prepare();
        return scope.Keep((MapQueries(queries), MapKeys(keys, mask)));
    }

    /// <summary>Comes before the queries and keys of a call: maps that draw at random draw here.</summary>
    protected virtual void Prepare() { }

    /// <summary>The features of queries.</summary>
    protected abstract Tensor MapQueries(Tensor queries);

    /// <summary>The features of keys: as of queries, unless a map knows better.</summary>
    protected virtual Tensor MapKeys(Tensor keys, AttentionMask? mask) => MapQueries(keys);
}
