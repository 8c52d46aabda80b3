using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>
/// Heads that mix their scores before the softmax and their weights after it (Shazeer, Lan, Cheng, Ding, Hou 2020, arXiv 2003.02436). Masks apply to
/// the mixed scores.
/// </summary>
[Formula(
    "S'_a = sum_b M_ab S_b before the softmax",
    "A'_a = sum_b N_ab A_b after it",
    Where = "S', A': (batch, heads, queries, keys); M, N: (heads, heads); a, b: heads")]
[Method("talking-heads", "Talking heads", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Shazeer, Lan, Cheng, Ding, Hou, Talking-Heads Attention, arXiv 2003.02436",
    Complexity = "O(tokens²), with 2 heads² more products for every pair of tokens")]
public sealed class TalkingHeads : ScoreModifier
{
    /// <summary>Mixing with fresh weights.</summary>
    public TalkingHeads(AttentionShape shape) =>
        (Scores, Weights) = (new HeadMixing(shape.Heads, shape.Heads), new HeadMixing(shape.Heads, shape.Heads));

    private HeadMixing Scores { get; }

    private HeadMixing Weights { get; }

    /// <inheritdoc/>
    protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) => Scores.Call(scores);

    /// <inheritdoc/>
    protected override Tensor ModifyWeights(Tensor weights) => Weights.Call(weights);
}
