using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Scores of keys that may not be seen.</summary>
internal static class MaskedScores
{
    /// <summary><see cref="MaskedSoftmax.Hide"/>, told what may be seen.</summary>
    /// <param name="scores">(batch, heads, queries, keys).</param>
    /// <param name="visible">True where a key may be seen, broadcastable to the scores; null when all may.</param>
    internal static Tensor Hide(this Tensor scores, Tensor? visible) =>
        visible is null ? scores : MaskedSoftmax.Hide(scores, !visible);
}
