using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>The softmax over the keys that a query may see.</summary>
internal static class MaskedSoftmax
{
    /// <summary>Attention weights, 0 where a query may not see a key, and all 0 of a query that may see none.</summary>
    /// <param name="scores">(batch, heads, queries, keys) or any like shape.</param>
    /// <param name="visible">True where a query may see a key, broadcastable to the scores.</param>
    public static Tensor Of(Tensor scores, Tensor visible)
    {
        var hidden = !visible;
        // With the smallest number instead of minus infinity a row of hidden keys stays finite; it is made zero after.
        return Hide(scores, hidden).Softmax(-1).MaskedFill(hidden, 0);
    }

    /// <summary>Attention weights under a mask.</summary>
    /// <param name="scores">(batch, heads, queries, keys).</param>
    /// <param name="mask">What queries may not see; null lets them see every key.</param>
    public static Tensor Of(Tensor scores, AttentionMask? mask) =>
        mask?.Table(scores.Size(-2), scores.Size(-1), scores.Device) is { } visible ? Of(scores, visible) : scores.Softmax(-1);

    /// <summary>
    /// Scores so low that the softmax gives their keys nothing, but finite: a query that sees no key at all, as padding may, gets something without
    /// meaning and no undefined number, which would spread to others in the backward pass.
    /// </summary>
    /// <param name="scores">(batch, heads, queries, keys) or any like shape.</param>
    /// <param name="hidden">True where a query may not see a key, broadcastable to the scores.</param>
    public static Tensor Hide(Tensor scores, Tensor hidden) => scores.MaskedFill(hidden, Lowest(scores.DType));

    /// <summary>The smallest number of a type, rounded towards zero.</summary>
    public static double Lowest(DType type) => type switch
    {
        DType.Float64 => double.MinValue,
        DType.Float16 => (double)Half.MinValue,
        _ => -3e38,
    };
}
