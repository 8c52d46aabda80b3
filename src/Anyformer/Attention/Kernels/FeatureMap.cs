using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Maps queries and keys to features whose product stands for the score, <c>score(q, k) = map(q) · map(k)</c>: keys and values can then be summed
/// first, in time linear in the tokens.
/// </summary>
public abstract class FeatureMap : Module
{
    /// <summary>The features of queries.</summary>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <returns>(batch, heads, queries, features).</returns>
    public Tensor CallQueries(Tensor queries)
    {
        using var scope = new TensorScope();
        return scope.Keep(MapQueries(queries));
    }

    /// <summary>The features of keys.</summary>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    /// <returns>(batch, heads, keys, features).</returns>
    public Tensor CallKeys(Tensor keys)
    {
        using var scope = new TensorScope();
        return scope.Keep(MapKeys(keys));
    }

    /// <summary>The features of queries.</summary>
    protected abstract Tensor MapQueries(Tensor queries);

    /// <summary>The features of keys: as of queries, unless a map knows better.</summary>
    protected virtual Tensor MapKeys(Tensor keys) => MapQueries(keys);
}
