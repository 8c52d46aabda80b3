using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="AdaptiveSpan"/>.</summary>
public sealed record AdaptiveSpanOptions
{
    /// <summary>The longest span.</summary>
    [Description("longest span, in tokens"), Range(1, 1048576)]
    public int Limit { get; init; } = 1024;

    /// <summary>Tokens over which attention fades to 0 behind a span.</summary>
    [Description("tokens over which attention fades to 0 behind a span"), Range(1, 1048576)]
    public int Ramp { get; init; } = 32;

    /// <summary>Where spans begin, as a share of the limit.</summary>
    [Description("where spans begin, as a share of the limit"), Range(0, 1)]
    public double Initial { get; init; }

    /// <summary>What a token of the mean span weighs in the loss.</summary>
    [Description("weight of a token of the mean span in the loss"), Range(0, 1e6)]
    public double LossWeight { get; init; } = 2e-6;
}

/// <summary>
/// Every head learns how far it looks: weights fade to 0 behind its span and are normalised again; long spans cost (Sukhbaatar, Grave, Bojanowski, Joulin,
/// ACL 2019, arXiv 1905.07799). Distances count in both directions.
/// </summary>
[Formula(
    "A'_ij = m(|i - j|) A_ij / sum_j m(|i - j|) A_ij",
    "m(u) = clamp((z N - u) / r + 1, 0, 1)",
    "loss += λ N mean(z)",
    Where = "A': (batch, heads, queries, keys); m: what stays at a distance; u: distance; z: learned share of the longest span, (heads); "
        + "N: longest span; r: ramp; λ: weight")]
[Method("adaptive-span", "Adaptive attention span", Family.HeadInteractions, 2019, System = "head-interactions",
    Paper = "Sukhbaatar, Grave, Bojanowski, Joulin, Adaptive Attention Span in Transformers, ACL 2019, arXiv 1905.07799", Complexity = "O(span · tokens)")]
public sealed class AdaptiveSpan : ScoreModifier
{
    private const double Epsilon = 1e-8;

    private readonly AdaptiveSpanOptions _options;

    /// <summary>Spans for heads.</summary>
    public AdaptiveSpan(AttentionShape shape, AdaptiveSpanOptions options)
    {
        _options = options;
        Spans = Initialization.Constant(Parameter.Empty(shape.Heads, 1, 1), options.Initial);
    }

    /// <summary>The span of every head as a share of the limit, (heads, 1, 1).</summary>
    private Parameter Spans { get; }

    /// <summary>What the spans cost: their mean, in tokens, times its weight.</summary>
    public Tensor Loss
    {
        get
        {
            using var scope = new TensorScope();
            return scope.Keep(Spans.Mean() * (_options.LossWeight * _options.Limit));
        }
    }

    /// <summary>How many tokens the longest span reaches, its ramp included; at most the limit.</summary>
    public int Reach
    {
        get
        {
            using var scope = new TensorScope();
            using var noGrad = Autograd.NoGrad();
            return Math.Min(_options.Limit, (int)Math.Ceiling(Spans.Max().Item<float>() * _options.Limit) + _options.Ramp);
        }
    }

    /// <summary>How much of a weight stays at a distance, from 0 to 1: (heads, ...).</summary>
    /// <param name="distances">Distances in tokens, 0 for the closest token, broadcastable to (heads, queries, keys).</param>
    public Tensor Mask(Tensor distances)
    {
        using var scope = new TensorScope();
        return scope.Keep(((Spans * _options.Limit - distances) / _options.Ramp + 1).Clamp(0, 1));
    }

    /// <summary>Weights within the spans, (batch, heads, queries, keys); they sum to 1 together with <paramref name="others"/>.</summary>
    /// <param name="weights">(batch, heads, queries, keys).</param>
    /// <param name="distances">Distances in tokens, broadcastable to (heads, queries, keys).</param>
    /// <param name="others">Weights that no span limits, (batch, heads, queries, others); null for none.</param>
    internal (Tensor Weights, Tensor? Others) Limit(Tensor weights, Tensor distances, Tensor? others = null)
    {
        KeepWithinLimit();
        using var scope = new TensorScope();
        var limited = weights * Mask(distances);
        var sum = limited.Sum([-1], keepdim: true) + Epsilon;
        if (others is null)
            return (scope.Keep(limited / sum), null);
        sum = sum + others.Sum([-1], keepdim: true);
        return (scope.Keep(limited / sum), scope.Keep(others / sum));
    }

    /// <inheritdoc/>
    protected override Tensor ModifyWeights(Tensor weights)
    {
        if (AuxiliaryLoss.IsCollecting)
            AuxiliaryLoss.Add(Loss);
        return Limit(weights, Priors.Distances.Of(weights).Abs()).Weights;
    }

    /// <summary>An optimiser may lead spans out of 0 to 1, from where no gradient would lead them back.</summary>
    private void KeepWithinLimit()
    {
        if (!IsTraining)
            return;
        using var noGrad = Autograd.NoGrad();
        Spans.ClampInPlace(0, 1);
    }
}
