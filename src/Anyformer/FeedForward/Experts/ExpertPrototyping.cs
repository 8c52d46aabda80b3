using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Options of <see cref="ExpertPrototyping"/>.</summary>
public sealed record ExpertPrototypingOptions
{
    /// <summary>Groups of experts; a token meets one expert of each.</summary>
    [Description("groups of experts; a token meets one of each"), Range(1, 1 << 10)]
    public int Prototypes { get; init; } = 2;

    /// <summary>Experts of a group.</summary>
    [Description("experts of a group"), Range(1, 1 << 16)]
    public int Experts { get; init; } = 4;

    /// <summary>The activation of the experts, by its name.</summary>
    [Description("activation of the experts")]
    public string Activation { get; init; } = "relu";
}

/// <summary>
/// Experts in groups, each with a router: a token meets the best expert of every group, times its probability within the group, and their outputs
/// are summed (Yang et al. 2021, M6-T, arXiv 2105.15082). All tokens are kept.
/// </summary>
[Formula(
    "g_m = softmax(R_m x), a_m its largest",
    "y = sum_m g_m,a_m E_m,a_m(x)",
    Where = "g: gates of a group, (experts); R: (groups, experts, width); E: feed-forward network of an expert; a: expert; m: group")]
[Method("expert-prototyping", "Expert prototyping (M6-T)", Family.Experts, 2021,
    Paper = "Yang, Lin, Men, Zhou, Jiang, Jia, Wang, Zhang, Wang, Li, Zhang, Lin, Yang, M6-T: Exploring Sparse Expert Models and Beyond, 2021, arXiv 2105.15082",
    Complexity = "O(tokens)", System = "feed-forward")]
public sealed class ExpertPrototyping(ChannelMixerShape shape, ExpertPrototypingOptions options)
    : MixtureOfExperts(shape, options.Prototypes * options.Experts, options.Prototypes * options.Experts, options.Activation)
{
    private protected override ExpertRoute Route(Tensor tokens, Tensor? real)
    {
        var gates = Logits(tokens).View([-1, options.Prototypes, options.Experts]).Softmax(-1);
        var (weights, chosen) = gates.Max(-1);
        var firsts = Functional.Arange(0, Experts.Count, options.Experts, device: tokens.Device);
        return new ExpertRoute(chosen + firsts, weights, real?.View([-1, 1]).Expand(chosen.Shape));
    }
}
