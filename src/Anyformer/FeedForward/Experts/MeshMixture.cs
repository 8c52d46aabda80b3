using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Which tokens meet their second-best expert.</summary>
public enum SecondExpertPolicy
{
    /// <summary>Every token.</summary>
    All,

    /// <summary>None.</summary>
    None,

    /// <summary>Tokens whose second share is above the threshold.</summary>
    Threshold,

    /// <summary>Tokens with the probability of their second share over the threshold.</summary>
    Random,
}

/// <summary>Options of <see cref="MeshMixture"/>.</summary>
public sealed record MeshMixtureOptions
{
    /// <summary>Experts side by side.</summary>
    [Description("experts side by side"), Range(2, 1 << 16)]
    public int Experts { get; init; } = 8;

    /// <summary>The activation of the experts, by its name.</summary>
    [Description("activation of the experts")]
    public string Activation { get; init; } = "relu";

    /// <summary>Which tokens meet their second-best expert while training.</summary>
    [Description("which tokens meet their second-best expert while training")]
    public SecondExpertPolicy Policy { get; init; } = SecondExpertPolicy.Random;

    /// <summary>Which tokens meet their second-best expert outside training; by default chance has no part in it.</summary>
    [Description("which tokens meet their second-best expert outside training")]
    public SecondExpertPolicy EvaluationPolicy { get; init; } = SecondExpertPolicy.Threshold;

    /// <summary>The threshold of the policy while training.</summary>
    [Description("threshold of the policy while training"), Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.2;

    /// <summary>The threshold of the policy outside training.</summary>
    [Description("threshold of the policy outside training"), Range(0.0, 1.0)]
    public double EvaluationThreshold { get; init; } = 0.2;

    /// <summary>While training, the tokens of a sample that an expert takes, in even shares.</summary>
    [Description("tokens of a sample that an expert takes while training, in even shares"), Range(0.0, 1e6)]
    public double CapacityFactor { get; init; } = 1.25;

    /// <summary>Outside training, the tokens of a sample that an expert takes, in even shares.</summary>
    [Description("tokens of a sample that an expert takes outside training, in even shares"), Range(0.0, 1e6)]
    public double EvaluationCapacityFactor { get; init; } = 2;

    /// <summary>Weight of the loss that balances the experts' loads.</summary>
    [Description("weight of the loss that balances the experts' loads"), Range(0.0, 1e3)]
    public double LoadLossWeight { get; init; } = 0.01;
}

/// <summary>
/// Every token meets its best expert and, by a policy, its second-best, weighted by shares of their two gates; experts take so many tokens of a
/// sample, second choices after the first ones that were kept, and weights stay as they are when one is turned away (Shazeer et al. 2017, as
/// Mesh-TensorFlow has it).
/// </summary>
[Formula(
    "g = softmax(R x), a and b its two largest",
    "y = (g_a E_a(x) + g_b E_b(x)) / (g_a + g_b), b by the policy, each while its expert has room",
    "loss += λ N sum_e f_e P_e",
    Where = "g: gates, (experts); R: (experts, width); E: feed-forward network of an expert; a, b, e: experts; N: experts; "
        + "f: share of tokens that want an expert first; P: mean gate; λ: weight")]
[Method("moe", "Sparsely gated mixture of experts", Family.Experts, 2017,
    Paper = "Shazeer, Mirhoseini, Maziarz, Davis, Le, Hinton, Dean, Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer, ICLR 2017, arXiv 1701.06538",
    Complexity = "O(tokens)", System = "feed-forward")]
public sealed class MeshMixture(ChannelMixerShape shape, MeshMixtureOptions options)
    : MixtureOfExperts(shape, options.Experts, options.Experts, options.Activation)
{
    private const int SmallestCapacity = 4;
    private const double Epsilon = 1e-9;

    private protected override ExpertRoute Route(Tensor tokens, Tensor? real)
    {
        var gates = Logits(tokens).Softmax(-1);
        var chosen = Choose(gates);
        var capacity = Capacity(tokens.Size(1));
        var wantsSecond = real is null ? WantsSecond(chosen.SecondGates) : WantsSecond(chosen.SecondGates) is { } wanted ? wanted & real : real;
        var firsts = ExpertQueues.Line(chosen.First, Experts.Count, real);
        var seconds = ExpertQueues.Line(chosen.Second, Experts.Count, wantsSecond);
        AddLoss(options.LoadLossWeight, () => ExpertBalance.LoadLoss(gates, firsts.Lengths));
        return chosen.Keep(firsts, seconds, firsts.Lengths.Clamp(max: capacity), capacity, real, wantsSecond);
    }

    private static TwoExperts Choose(Tensor gates)
    {
        var (firstGates, first) = gates.Max(-1);
        var (secondGates, second) = gates.Scatter(-1, first.Unsqueeze(-1), 0).Max(-1);
        var sum = firstGates + secondGates + Epsilon;
        return new TwoExperts(first, firstGates / sum, second, secondGates / sum);
    }

    /// <summary>True for tokens that meet a second expert; null when all do.</summary>
    private Tensor? WantsSecond(Tensor shares)
    {
        var threshold = IsTraining ? options.Threshold : options.EvaluationThreshold;
        return (IsTraining ? options.Policy : options.EvaluationPolicy) switch
        {
            SecondExpertPolicy.All => null,
            SecondExpertPolicy.None => shares < 0,
            SecondExpertPolicy.Threshold => shares > threshold,
            _ => RandomDraws.Uniform(shares.Shape, shares) < shares / Math.Max(threshold, Epsilon),
        };
    }

    private long Capacity(long tokens)
    {
        var factor = IsTraining ? options.CapacityFactor : options.EvaluationCapacityFactor;
        return Math.Max(SmallestCapacity, Math.Min(tokens, (long)(tokens * factor / Experts.Count)));
    }
}
