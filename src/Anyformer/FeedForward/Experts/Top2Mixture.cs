using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Which tokens meet which second expert.</summary>
public enum SecondExpert
{
    /// <summary>Every token meets its second-best expert.</summary>
    All,

    /// <summary>The second expert is drawn by the router's probabilities, the first left out.</summary>
    Sampling,

    /// <summary>A token meets its second-best expert with twice the probability of its gate.</summary>
    Random,
}

/// <summary>Options of <see cref="Top2Mixture"/>.</summary>
public sealed record Top2MixtureOptions
{
    /// <summary>Experts side by side.</summary>
    [Description("experts side by side"), Range(2, 1 << 16)]
    public int Experts { get; init; } = 8;

    /// <summary>The activation of the experts, by its name.</summary>
    [Description("activation of the experts")]
    public string Activation { get; init; } = "relu";

    /// <summary>Which tokens meet which second expert.</summary>
    [Description("which tokens meet which second expert")]
    public SecondExpert Second { get; init; }

    /// <summary>Outside training, the fraction of all tokens of a batch that an expert takes; with 0 as while training, two even shares.</summary>
    [Description("fraction of all tokens of a batch that an expert takes outside training; 0 for two even shares, as while training"), Range(0.0, 1.0)]
    public double EvaluationCapacity { get; init; } = 0.25;

    /// <summary>Whether the two gates are brought to a sum of 1 before tokens are turned away; else what is kept sums to 1.</summary>
    [Description("the two gates are brought to a sum of 1 before tokens are turned away, not after")]
    public bool NormalizeFirst { get; init; }

    /// <summary>Whether places go to the tokens with the largest gates first, instead of in their order.</summary>
    [Description("places go to the tokens with the largest gates first, instead of in their order")]
    public bool BatchPrioritized { get; init; }

    /// <summary>Weight of the loss that balances the experts' loads.</summary>
    [Description("weight of the loss that balances the experts' loads"), Range(0.0, 1e3)]
    public double LoadLossWeight { get; init; } = 0.01;
}

/// <summary>
/// Every token meets its two best experts, weighted by their gates; experts take so many tokens of the whole batch, all first choices before any
/// second one (Lepikhin et al., GShard, ICLR 2021, arXiv 2006.16668, algorithm 1; places by importance: Riquelme et al. 2021, arXiv 2106.05974).
/// </summary>
[Formula(
    "g = softmax(R x), a and b its two largest",
    "y = (g_a E_a(x) + g_b E_b(x)) / (g_a + g_b) of those that have room",
    "loss += λ N sum_e f_e P_e",
    Where = "g: gates, (experts); R: (experts, width); E: feed-forward network of an expert; a, b, e: experts; N: experts; "
        + "f: share of tokens that want an expert first; P: mean gate; λ: weight")]
[Method("top2-gate", "GShard top-2 gate", Family.Experts, 2021,
    Paper = "Lepikhin, Lee, Xu, Chen, Firat, Huang, Krikun, Shazeer, Chen, GShard: Scaling Giant Models with Conditional Computation and Automatic Sharding, ICLR 2021, arXiv 2006.16668",
    Complexity = "O(tokens)", System = "feed-forward")]
public sealed class Top2Mixture(ChannelMixerShape shape, Top2MixtureOptions options)
    : MixtureOfExperts(shape, options.Experts, options.Experts, options.Activation)
{
    /// <summary>The smallest sum of gates that is divided by: the rounding unit of single precision.</summary>
    private const double SmallestSum = 1.1920928955078125e-7;

    private protected override ExpertRoute Route(Tensor tokens, Tensor? real)
    {
        // All tokens of the batch wait in the same queues.
        var logits = Logits(tokens).View([1, -1, Experts.Count]);
        var gates = logits.Softmax(-1);
        var chosen = Choose(logits, gates);
        var wantsFirst = real?.View([1, -1]);
        var wantsSecond = And(wantsFirst, options.Second == SecondExpert.Random ? IsDrawn(chosen.SecondGates) : null);
        var order = options.BatchPrioritized ? gates.Max(-1).Values.Sort(stable: true, descending: true).Indices : null;
        var (firsts, seconds) = (Line(chosen.First, wantsFirst, order), Line(chosen.Second, wantsSecond, order));
        AddLoss(options.LoadLossWeight, () => ExpertBalance.LoadLoss(gates, firsts.Lengths));
        var route = chosen.Keep(firsts, seconds, firsts.Lengths, Capacity(tokens.Size(0) * tokens.Size(1)), wantsFirst, wantsSecond);
        return options.NormalizeFirst ? route : route with { Weights = Shares(route.KeptWeights!) };
    }

    /// <summary>The two best experts, their gates already shares of 1 where that comes first.</summary>
    private TwoExperts Choose(Tensor logits, Tensor gates)
    {
        var (firstGates, first) = gates.Max(-1);
        var noisy = options.Second == SecondExpert.Sampling ? logits + Gumbel(logits) : logits;
        var second = noisy.Scatter(-1, first.Unsqueeze(-1), double.NegativeInfinity).ArgMax(-1);
        var secondGates = gates.Gather(-1, second.Unsqueeze(-1)).Squeeze(-1);
        if (!options.NormalizeFirst)
            return new TwoExperts(first, firstGates, second, secondGates);
        var shares = Shares(Functional.Stack([firstGates, secondGates], -1)).Unbind(-1);
        return new TwoExperts(first, shares[0], second, shares[1]);
    }

    private static Tensor Shares(Tensor gates) => gates / gates.Sum([-1], keepdim: true).Clamp(min: SmallestSum);

    private static Tensor IsDrawn(Tensor gates) => gates * 2 > RandomDraws.Uniform(gates.Shape, gates);

    /// <summary>Noise of the standard Gumbel distribution: the largest of noisy logits is a draw by their softmax.</summary>
    private static Tensor Gumbel(Tensor logits) => -(-RandomDraws.Uniform(logits.Shape, logits).Clamp(min: SmallestSum).Log()).Log();

    private static Tensor? And(Tensor? one, Tensor? other) => one is null ? other : other is null ? one : one & other;

    private ExpertQueues Line(Tensor chosen, Tensor? waiting, Tensor? order) =>
        order is null ? ExpertQueues.Line(chosen, Experts.Count, waiting) : ExpertQueues.Line(chosen, Experts.Count, waiting, order);

    private long Capacity(long tokens) => !IsTraining && options.EvaluationCapacity > 0
        ? (long)Math.Ceiling(options.EvaluationCapacity * tokens)
        : 2 * (long)Math.Ceiling((double)tokens / Experts.Count);
}
