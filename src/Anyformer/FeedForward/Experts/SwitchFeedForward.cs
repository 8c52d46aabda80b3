using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Options of <see cref="SwitchFeedForward"/>.</summary>
public sealed record SwitchFeedForwardOptions
{
    /// <summary>The sizes of the published models.</summary>
    public static IReadOnlyDictionary<string, SwitchFeedForwardOptions> Presets { get; } = new Dictionary<string, SwitchFeedForwardOptions>
    {
        ["switch-base"] = new() { Experts = 128 },
    };

    /// <summary>Experts side by side.</summary>
    [Description("experts side by side"), Range(1, 1 << 16)]
    public int Experts { get; init; } = 8;

    /// <summary>The activation of the experts, by its name.</summary>
    [Description("activation of the experts")]
    public string Activation { get; init; } = "relu";

    /// <summary>Tokens of a sample that an expert takes; null for an even share times the factor.</summary>
    [Description("tokens of a sample that an expert takes; an even share times the capacity factor unless given"), Range(1, int.MaxValue)]
    public int? Capacity { get; init; }

    /// <summary>While training, the tokens that an expert takes, in even shares.</summary>
    [Description("tokens that an expert takes while training, in even shares"), Range(0.01, 1e6)]
    public double CapacityFactor { get; init; } = 1.25;

    /// <summary>Outside training, the tokens that an expert takes, in even shares.</summary>
    [Description("tokens that an expert takes outside training, in even shares"), Range(0.01, 1e6)]
    public double EvaluationCapacityFactor { get; init; } = 2;

    /// <summary>While training, what the router sees is multiplied by noise of 1 plus or minus up to this.</summary>
    [Description("while training, what the router sees is multiplied by noise of 1 plus or minus up to this"), Range(0.0, 1.0)]
    public double Jitter { get; init; } = 0.01;

    /// <summary>Whether the router has a bias.</summary>
    [Description("the router has a bias")]
    public bool RouterBias { get; init; }

    /// <summary>Weight of the loss that balances the experts' loads.</summary>
    [Description("weight of the loss that balances the experts' loads"), Range(0.0, 1e3)]
    public double LoadLossWeight { get; init; } = 0.01;

    /// <summary>Weight of the loss that keeps the router's scores small.</summary>
    [Description("weight of the loss that keeps the router's scores small"), Range(0.0, 1e3)]
    public double RouterLossWeight { get; init; }
}

/// <summary>
/// Every token meets the one expert that its router favours, times the router's probability of it; an expert takes so many tokens of a sample,
/// in their order, and those beyond get 0, that is, only the skip connection (Fedus, Zoph and Shazeer, JMLR 2022, arXiv 2101.03961).
/// </summary>
[Formula(
    "g = softmax(R x), a its largest",
    "y = g_a E_a(x) while expert a has room in the sample, else 0",
    "loss += λ N sum_e f_e P_e",
    Where = "g: gates, (experts); R: (experts, width); E: feed-forward network of an expert; a, e: experts; N: experts; "
        + "f: share of tokens that want an expert; P: mean gate; λ: weight")]
[Method("switch", "Switch Transformer", Family.Experts, 2022,
    Paper = "Fedus, Zoph, Shazeer, Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity, JMLR 2022, arXiv 2101.03961",
    Complexity = "O(tokens)", System = "feed-forward")]
public sealed class SwitchFeedForward : MixtureOfExperts
{
    /// <summary>Of the variance that weights usually start with (section 2.4 of the paper).</summary>
    private const double InitialScale = 0.1;

    private readonly SwitchFeedForwardOptions _options;

    /// <summary>A switch layer as a part of a host, its weights small as the paper advises.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public SwitchFeedForward(ChannelMixerShape shape, SwitchFeedForwardOptions options)
        : base(shape, options.Experts, options.Experts, options.Activation, options.RouterBias)
    {
        _options = options;
        foreach (var weight in new[] { Router.Weight, Experts.HiddenWeight, Experts.OutputWeight })
            Initialization.TruncatedNormal(weight, 0, Math.Sqrt(InitialScale / weight.Size(-1)));
    }

    private protected override ExpertRoute Route(Tensor tokens, Tensor? real)
    {
        var logits = Logits(IsTraining && _options.Jitter > 0 ? tokens * Noise(tokens) : tokens);
        var gates = logits.Softmax(-1);
        var (weights, chosen) = gates.Max(-1);
        var queues = ExpertQueues.Line(chosen, Experts.Count, real);
        var kept = queues.Places < Capacity(tokens.Size(1));
        AddLoss(_options.LoadLossWeight, () => ExpertBalance.LoadLoss(gates, queues.Lengths));
        AddLoss(_options.RouterLossWeight, () => ExpertBalance.RouterLoss(logits));
        return new ExpertRoute(Column(chosen), Column(weights), Column(real is null ? kept : kept & real), Column(queues.Places));
    }

    private static Tensor Column(Tensor tensor) => tensor.Reshape([-1, 1]);

    private Tensor Noise(Tensor tokens) => RandomDraws.Uniform(tokens.Shape, tokens) * (2 * _options.Jitter) + (1 - _options.Jitter);

    private long Capacity(long tokens) => _options.Capacity
        ?? (long)Math.Ceiling(tokens * (IsTraining ? _options.CapacityFactor : _options.EvaluationCapacityFactor) / Experts.Count);
}
