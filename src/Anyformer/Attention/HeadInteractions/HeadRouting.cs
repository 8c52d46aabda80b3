using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>
/// Routing by agreement in place of the concatenation of heads: every head votes for what every capsule should hold, and votes that agree count more
/// (Li et al., NAACL 2019, arXiv 1904.03100; Gu and Feng 2019, arXiv 1909.00188).
/// </summary>
internal abstract class HeadRouting : Module
{
    /// <summary>Keeps squares and shares from 0.</summary>
    protected const double Epsilon = 1e-9;

    /// <summary>Routing with fresh weights.</summary>
    /// <param name="heads">Heads that vote.</param>
    /// <param name="headWidth">Width of a head.</param>
    /// <param name="capsules">Capsules that they vote for.</param>
    /// <param name="capsuleWidth">Width of a capsule.</param>
    /// <param name="width">Width of a token.</param>
    protected HeadRouting(int heads, int headWidth, int capsules, int capsuleWidth, int width)
    {
        Votes = Initialization.InverseFanIn(Parameter.Empty(heads, capsules, headWidth, capsuleWidth), headWidth);
        OutputProjection = new Linear(capsules * capsuleWidth, width);
    }

    /// <summary>(heads, capsules, head width, capsule width).</summary>
    private Parameter Votes { get; }

    private Linear OutputProjection { get; }

    /// <summary>The tokens, (batch, tokens, width), and the share of every capsule in each head's vote, (batch, tokens, heads, capsules).</summary>
    /// <param name="heads">(batch, tokens, heads, head width).</param>
    public (Tensor Tokens, Tensor Coupling) Call(Tensor heads)
    {
        using var scope = new TensorScope();
        var (capsules, coupling) = Route(Functional.Einsum("bthd,hmde->bthme", [heads, Votes]));
        return (scope.Keep(OutputProjection.Call(capsules.Flatten(2))), scope.Keep(coupling));
    }

    /// <summary>The capsules, (batch, tokens, capsules, capsule width), and the coupling.</summary>
    /// <param name="votes">(batch, tokens, heads, capsules, capsule width).</param>
    protected abstract (Tensor Capsules, Tensor Coupling) Route(Tensor votes);

    /// <summary>The sum over heads, each weighted: (batch, tokens, capsules, capsule width).</summary>
    protected static Tensor Weigh(Tensor shares, Tensor votes) => (shares.Unsqueeze(-1) * votes).Sum([2]);
}

/// <summary>Routing by the product of votes and capsules (Sabour, Frosst, Hinton, NeurIPS 2017, arXiv 1710.09829).</summary>
internal sealed class SimpleRouting(int heads, int headWidth, int capsules, int capsuleWidth, int width, int iterations)
    : HeadRouting(heads, headWidth, capsules, capsuleWidth, width)
{
    private readonly int _iterations = iterations;

    /// <inheritdoc/>
    protected override (Tensor Capsules, Tensor Coupling) Route(Tensor votes)
    {
        var agreement = votes.NewZeros(votes.Shape[..^1]);
        for (var iteration = 1; ; iteration++)
        {
            var coupling = agreement.Softmax(-1);
            var capsules = Squash(Weigh(coupling, votes));
            if (iteration == _iterations)
                return (capsules, coupling);
            agreement = agreement + (votes * capsules.Unsqueeze(2)).Sum([-1]);
        }
    }

    /// <summary>The same direction, and a length below 1.</summary>
    private static Tensor Squash(Tensor sums)
    {
        var squares = sums.Square().Sum([-1], keepdim: true);
        return squares / (squares + 1) * sums / (squares + Epsilon).Sqrt();
    }
}

/// <summary>Routing by expectation and maximisation: a capsule is a normal distribution over its votes (Hinton, Sabour, Frosst, ICLR 2018).</summary>
internal sealed class EmRouting : HeadRouting
{
    private readonly int _iterations;

    public EmRouting(int heads, int headWidth, int capsules, int capsuleWidth, int width, int iterations)
        : base(heads, headWidth, capsules, capsuleWidth, width)
    {
        _iterations = iterations;
        Cost = Initialization.Constant(Parameter.Empty(capsules), 0);
        Threshold = Initialization.Constant(Parameter.Empty(capsules), 0);
    }

    /// <summary>What it costs a capsule to describe a vote at all, (capsules).</summary>
    private Parameter Cost { get; }

    /// <summary>The cost at which a capsule is half active, (capsules).</summary>
    private Parameter Threshold { get; }

    /// <inheritdoc/>
    protected override (Tensor Capsules, Tensor Coupling) Route(Tensor votes)
    {
        var coupling = votes.NewFull(votes.Shape[..^1], 1.0 / votes.Size(-2));
        for (var iteration = 1; ; iteration++)
        {
            var (mean, variance, activity) = Maximize(coupling, votes);
            coupling = (LogDensity(votes, mean, variance) + (activity + Epsilon).Log().Unsqueeze(2)).Softmax(-1);
            if (iteration == _iterations)
                return (mean * activity.Unsqueeze(-1), coupling);
        }
    }

    private (Tensor Mean, Tensor Variance, Tensor Activity) Maximize(Tensor coupling, Tensor votes)
    {
        var mass = coupling.Sum([2]);
        var divisor = (mass + Epsilon).Unsqueeze(-1);
        var mean = Weigh(coupling, votes) / divisor;
        var variance = Weigh(coupling, (votes - mean.Unsqueeze(2)).Square()) / divisor + Epsilon;
        var cost = ((variance.Log() * 0.5).Sum([-1]) + Cost) * mass;
        return (mean, variance, (Threshold - cost).Sigmoid());
    }

    private static Tensor LogDensity(Tensor votes, Tensor mean, Tensor variance)
    {
        var spread = (variance * (2 * Math.PI)).Log().Unsqueeze(2);
        return ((votes - mean.Unsqueeze(2)).Square() / variance.Unsqueeze(2) + spread).Sum([-1]) * -0.5;
    }
}
