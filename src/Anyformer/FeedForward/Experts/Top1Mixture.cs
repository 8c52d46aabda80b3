using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Options of <see cref="Top1Mixture"/>.</summary>
public sealed record Top1MixtureOptions
{
    /// <summary>Experts side by side.</summary>
    [Description("experts side by side"), Range(1, 1 << 16)]
    public int Experts { get; init; } = 8;

    /// <summary>The activation of the experts, by its name.</summary>
    [Description("activation of the experts")]
    public string Activation { get; init; } = "relu";

    /// <summary>The tokens of a batch that an expert takes, in even shares.</summary>
    [Description("tokens of a batch that an expert takes, in even shares"), Range(0.0, 1e6)]
    public double CapacityFactor { get; init; } = 1;

    /// <summary>Outside training, the fraction of all tokens of a batch that an expert takes; with 0 as while training.</summary>
    [Description("fraction of all tokens of a batch that an expert takes outside training; 0 for as many as while training"), Range(0.0, 1.0)]
    public double EvaluationCapacity { get; init; } = 0.25;

    /// <summary>Weight of the loss that balances the experts' loads.</summary>
    [Description("weight of the loss that balances the experts' loads"), Range(0.0, 1e3)]
    public double LoadLossWeight { get; init; } = 0.01;
}

/// <summary>
/// Every token meets its best expert, times its gate; experts take so many tokens of the whole batch, in their order. As fairseq and torchscale
/// route (Ma et al. 2022, TorchScale, arXiv 2211.13184).
/// </summary>
[Formula(
    "g = softmax(R x), a its largest",
    "y = g_a E_a(x) while expert a has room in the batch, else 0",
    "loss += λ N sum_e f_e P_e",
    Where = "g: gates, (experts); R: (experts, width); E: feed-forward network of an expert; a, e: experts; N: experts; "
        + "f: share of tokens that want an expert; P: mean gate; λ: weight")]
[Method("top1-gate", "Top-1 gate", Family.Experts, 2022,
    Paper = "Ma, Wang, Huang, Wang, Chi, Dong, Benhaim, Patra, Chaudhary, Song, Wei, TorchScale: Transformers at Scale, 2022, arXiv 2211.13184",
    Complexity = "O(tokens)", System = "feed-forward")]
public sealed class Top1Mixture(ChannelMixerShape shape, Top1MixtureOptions options)
    : MixtureOfExperts(shape, options.Experts, options.Experts, options.Activation)
{
    private protected override ExpertRoute Route(Tensor tokens, Tensor? real)
    {
        // All tokens of the batch wait in the same queues.
        var gates = Logits(tokens).Softmax(-1).View([1, -1, Experts.Count]);
        var waiting = real?.View([1, -1]);
        var (weights, chosen) = gates.Max(-1);
        var queues = ExpertQueues.Line(chosen, Experts.Count, waiting);
        var kept = queues.Places < Capacity(chosen.Size(1));
        AddLoss(options.LoadLossWeight, () => ExpertBalance.LoadLoss(gates, queues.Lengths));
        return new ExpertRoute(chosen.T(), weights.T(), (waiting is null ? kept : kept & waiting).T(), queues.Places.T());
    }

    private long Capacity(long tokens) => !IsTraining && options.EvaluationCapacity > 0
        ? (long)Math.Ceiling(options.EvaluationCapacity * tokens)
        : (long)(options.CapacityFactor * Math.Ceiling((double)tokens / Experts.Count));
}
