using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Scores of keys that may not be seen.</summary>
internal static class MaskedScores
{
    /// <summary>
    /// Scores so low that the softmax gives their keys nothing, but finite: a query that sees no key at all, as padding may, gets something without
    /// meaning and no undefined number, which would spread to others in the backward pass.
    /// </summary>
    /// <param name="scores">(batch, heads, queries, keys).</param>
    /// <param name="visible">True where a key may be seen, broadcastable to the scores; null when all may.</param>
    internal static Tensor Hide(this Tensor scores, Tensor? visible) =>
        visible is null ? scores : scores.MaskedFill(!visible, MaskedSoftmax.Lowest(scores.DType));
}
