using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Makes fewer keys and values of many, so that every query sees few: projections along the tokens, pooling, landmarks.</summary>
public abstract class KeyValueReducer : Module
{
    /// <summary>The fewer keys and values, (batch, heads, slots, head width) each.</summary>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    /// <param name="values">(batch, heads, keys, head width).</param>
    /// <param name="mask">What may be seen; see <see cref="AttentionFunction.Call"/>.</param>
    /// <returns>Keys and values, and what may be seen of them.</returns>
    public (Tensor Keys, Tensor Values, AttentionMask? Mask) Call(Tensor keys, Tensor values, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        var (fewerKeys, fewerValues, fewer) = Reduce(keys, values, mask);
        if (fewer?.Keys is { } kept)
            scope.Keep(kept);
        return (scope.Keep(fewerKeys), scope.Keep(fewerValues), fewer);
    }

    /// <summary>The fewer keys and values.</summary>
    protected abstract (Tensor Keys, Tensor Values, AttentionMask? Mask) Reduce(Tensor keys, Tensor values, AttentionMask? mask);
}
