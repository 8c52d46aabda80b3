using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>Scores before a softmax.</summary>
internal static class Scores
{
    /// <summary>
    /// The score of what a token may only see where nothing else is left: itself, where queries are keys. Above hidden scores, and within half precision.
    /// </summary>
    internal const double LastResort = -5e4;

    /// <inheritdoc cref="MaskedSoftmax.Hide"/>
    internal static Tensor Hide(this Tensor scores, Tensor hidden) => MaskedSoftmax.Hide(scores, hidden);
}
