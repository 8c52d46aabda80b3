namespace Anyformer.Attention.Local;

/// <summary>Scores before a softmax.</summary>
internal static class Scores
{
    /// <summary>
    /// The score of what a token may only see where nothing else is left: itself, where queries are keys. Above hidden scores, and within half precision.
    /// </summary>
    internal const double LastResort = -5e4;
}
