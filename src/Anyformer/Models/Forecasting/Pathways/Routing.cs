using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>Which experts the samples of a batch go to.</summary>
/// <param name="Choices">The chosen experts of every sample, best first, (batch, chosen).</param>
/// <param name="LogGates">The logarithms of their gates, which add up to 1 over the chosen experts, (batch, chosen).</param>
/// <param name="Gates">The gates of all experts, 0 for those not chosen, (batch, experts).</param>
/// <param name="Load">
/// How many samples an expert gets, (experts); while training with noise, the expectation over the noise, which has a gradient.
/// </param>
public sealed record Routing(Tensor Choices, Tensor LogGates, Tensor Gates, Tensor Load)
{
    private const double BalanceWeight = 0.01;

    /// <summary>
    /// 0.01 times the squared coefficients of variation of importance (the sum of the gates) and load: 0 when every expert is used alike
    /// (Shazeer et al., ICLR 2017, arXiv 1701.06538, section 4). A tensor of one element.
    /// </summary>
    public Tensor BalanceLoss()
    {
        using var scope = new TensorScope();
        return scope.Keep((SquaredVariation(Gates.Sum([0])) + SquaredVariation(Load)) * BalanceWeight);
    }

    /// <summary>Of one expert alone, which has no variance, 0.</summary>
    private static Tensor SquaredVariation(Tensor values) => values.Size(0) == 1
        ? values.NewZeros([])
        : values.Var([0], correction: 1) / (values.Mean().Square() + 1e-10);
}
