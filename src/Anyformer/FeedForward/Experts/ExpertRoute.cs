using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Which experts work on which tokens.</summary>
/// <param name="Experts">(tokens, choices): the experts that a token chose, integers.</param>
/// <param name="Weights">(tokens, choices): what an expert's output is multiplied by; null for 1.</param>
/// <param name="Kept">(tokens, choices): false where the expert had no place left, or was not wanted; null where all are kept.</param>
/// <param name="Places">(tokens, choices): how many tokens came before at the expert, where its places are limited; null otherwise.</param>
internal sealed record ExpertRoute(Tensor Experts, Tensor? Weights = null, Tensor? Kept = null, Tensor? Places = null)
{
    /// <summary>The weights, 0 where a choice is not kept.</summary>
    internal Tensor? KeptWeights => Kept is null || Weights is null ? Weights : Weights * Kept;
}
