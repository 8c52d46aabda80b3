using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// Chooses the experts of every sample by its season and trend (Chen et al., ICLR 2024, arXiv 2402.05956, section 3.2), with noisy top-k gating
/// (Shazeer et al., ICLR 2017, arXiv 1701.06538, section 2.1): while training, normal noise of a learned size is added to the scores of the experts.
/// </summary>
public sealed class PathwayRouter : Module
{
    private const double LeastNoise = 0.01;

    private readonly int _chosen;
    private readonly int _experts;

    /// <summary>A router of series of <paramref name="steps"/> steps that chooses <paramref name="chosen"/> of the experts.</summary>
    /// <exception cref="UserException">There are fewer experts than are to be chosen.</exception>
    public PathwayRouter(int steps, int variates, int experts, int chosen)
    {
        if (chosen < 1 || chosen > experts)
            throw new UserException($"A router must choose at least one of its experts and at most all, found {chosen} of {experts}.");
        (_experts, _chosen) = (experts, chosen);
        Decomposition = new SeasonTrend();
        VariateWeights = new Linear(variates, 1);
        Scores = new Linear(steps, experts);
        Noise = new Linear(steps, experts);
    }

    private SeasonTrend Decomposition { get; }

    /// <summary>Makes one series of all variates.</summary>
    private Linear VariateWeights { get; }

    private Linear Scores { get; }

    /// <summary>The size of the noise, before it is made positive.</summary>
    private Linear Noise { get; }

    /// <summary>Chooses experts for series.</summary>
    /// <param name="series">(batch, variates, steps).</param>
    public Routing Call(Tensor series)
    {
        using var scope = new TensorScope(this);
        return Keep(scope, Choose(Decomposition.Call(series)));
    }

    /// <summary>Chooses experts for series that season and trend have been added to.</summary>
    /// <param name="series">(batch, variates, steps).</param>
    public Routing Choose(Tensor series)
    {
        using var scope = new TensorScope();
        var mixed = VariateWeights.Call(series.Transpose(1, 2)).Squeeze(2);
        var scores = Scores.Call(mixed);
        if (!IsTraining)
            return Keep(scope, Route(scores));
        var deviation = Noise.Call(mixed).Softplus() + LeastNoise;
        var noisy = scores + RandomDraws.Normal(scores.Shape, scores) * deviation;
        var routing = Route(noisy);
        return Keep(scope, _chosen == _experts ? routing : routing with { Load = ExpectedLoad(scores, noisy, deviation) });
    }

    private Routing Route(Tensor scores)
    {
        var (best, choices) = scores.TopK(_chosen, 1);
        var logGates = best.LogSoftmax(1);
        var gates = scores.NewZeros(scores.Shape).Scatter(1, choices, logGates.Exp());
        return new Routing(choices, logGates, gates, gates.Detach().Gt(0).Sum([0]).To(scores.DType));
    }

    /// <summary>
    /// For every expert, the probability of being chosen if its noise alone were drawn anew, summed over the batch: its score must pass the worst
    /// chosen one of the others.
    /// </summary>
    private Tensor ExpectedLoad(Tensor scores, Tensor noisy, Tensor deviation)
    {
        var (best, _) = noisy.TopK(_chosen + 1, 1);
        var (worstChosen, bestLeft) = (best[.., (_chosen - 1).._chosen], best[.., _chosen..]);
        var threshold = Functional.Where(noisy.Gt(bestLeft), bestLeft, worstChosen);
        return NormalDistribution((scores - threshold) / deviation).Sum([0]);
    }

    private static Tensor NormalDistribution(Tensor values) => ((values / Math.Sqrt(2)).Erf() + 1) / 2;

    private static Routing Keep(TensorScope scope, Routing routing)
    {
        scope.Keep([routing.Choices, routing.LogGates, routing.Gates, routing.Load]);
        return routing;
    }
}
