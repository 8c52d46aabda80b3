using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Losses that keep routers from sending everything to a few experts, or from growing too sure.</summary>
internal static class ExpertBalance
{
    /// <summary>
    /// <c>E Σ f P</c>, averaged over groups, of the fraction f of tokens that want an expert and the mean P of its gates: 1 when both are even
    /// (Fedus et al. 2022, equation 4).
    /// </summary>
    /// <param name="gates">(groups, tokens, experts), a token's summing to 1.</param>
    /// <param name="wanted">(groups, experts): the tokens whose first choice an expert is.</param>
    internal static Tensor LoadLoss(Tensor gates, Tensor wanted)
    {
        var (tokens, experts) = (gates.Size(1), gates.Size(2));
        return (gates.Mean([1]) * (wanted.To(gates.DType) / tokens)).Mean() * (experts * experts);
    }

    /// <summary>The mean square of <c>log Σ exp(logits)</c> (Zoph et al. 2022, ST-MoE, arXiv 2202.08906, equation 5).</summary>
    internal static Tensor RouterLoss(Tensor logits) => logits.LogSumExp([-1]).Square().Mean();
}
