using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>Scores before a softmax.</summary>
internal static class Scores
{
    /// <summary>
    /// The score of what a token may only see where nothing else is left: itself, where queries are keys. Above hidden scores, and within half precision.
    /// </summary>
    internal const double LastResort = -5e4;

    /// <summary>
    /// Hides scores. Unlike an infinity, the number leaves a query that may see nothing with finite weights and slopes: padding is such a query,
    /// and its gradient of 0 must not meet a NaN.
    /// </summary>
    internal static Tensor Hide(this Tensor scores, Tensor hidden) =>
        scores.MaskedFill(hidden, scores.DType == DType.Float16 ? -65504 : -1e30);
}
