using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>Options of <see cref="ShapedAttention"/>: what each head multiplies its attention, the token itself and the mean by.</summary>
public sealed record ShapedAttentionOptions
{
    /// <summary>Gain of the attention at first.</summary>
    [Description("gain of the attention at first")]
    public double Attention { get; init; } = 1;

    /// <summary>Gain of the token itself at first; null leaves it out.</summary>
    [Description("gain of the token itself at first; left out when null")]
    public double? Identity { get; init; } = 1;

    /// <summary>Gain of the mean that is taken off at first; null leaves it out.</summary>
    [Description("gain of the mean of the tokens, which is taken off, at first; left out when null")]
    public double? Centre { get; init; } = 1;

    /// <summary>Whether the gains are learned.</summary>
    [Description("the gains are learned")]
    public bool Learned { get; init; } = true;

    /// <summary>What no score exceeds: scores s become cap tanh(s / cap); null for no cap.</summary>
    [Description("what no score exceeds, by a tanh; no cap when left out"), Range(0.0, 1e9, MinimumIsExclusive = true)]
    public double? ScoreCap { get; init; }
}

/// <summary>
/// Shaped attention: each head gives its attention, plus the token itself, minus the mean of the tokens that it sees, each times a gain (Noci et al. 2023,
/// arXiv 2306.17759; with gains of heads: He and Hofmann, ICLR 2024, arXiv 2311.01906, section 4.1). With queries of 0 it begins as the identity, so that
/// blocks can do without skip connections. Under a causal mask the mean counts all tokens so far, padding too, as the authors' code does.
/// </summary>
[Formula(
    "Y = (α A + β I - γ C) V",
    "C_ij = 1/i for j ≤ i where masks are causal, 1/n where not",
    Where = "α, β, γ: learned, one of each head, 1 at first; I, C: identity and uniform attention, (queries, keys)")]
[Claims(Causal = true)]
[Method("shaped", "Shaped attention", Family.SoftmaxAttention, 2023, System = "simplified-blocks",
    Paper = "He, Hofmann, Simplifying Transformer Blocks, ICLR 2024, arXiv 2311.01906", Complexity = "O(tokens²)")]
public sealed class ShapedAttention : AttentionFunction
{
    /// <summary>Up to so many tokens the three are one matrix for the values; of more, means are cheaper added up.</summary>
    private const long MostOfOneMatrix = 64;

    private readonly double? _cap;

    /// <summary>Shaped attention as a part of a host.</summary>
    public ShapedAttention(AttentionShape shape, ShapedAttentionOptions options)
    {
        Gain? Of(double? value) => value is null ? null : new Gain(value.Value, options.Learned, shape.Heads);
        _cap = options.ScoreCap;
        (AttentionGain, IdentityGain, CentreGain) = (Of(options.Attention)!, Of(options.Identity), Of(options.Centre));
        Dropout = new Dropout(shape.Dropout);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => true;

    private Gain AttentionGain { get; }

    private Gain? IdentityGain { get; }

    private Gain? CentreGain { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The values are not those of the tokens that ask.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var (asking, answering) = (queries.Size(2), keys.Size(2));
        if (asking != answering && (mask is not { IsCausal: true } || asking > answering))
            throw new UserException($"Shaped attention works on the tokens' own values, found {asking} tokens that ask and {answering} that answer.");
        var weights = Weights(queries, keys, mask);
        return answering <= MostOfOneMatrix || mask?.Pairs is not null ? AsOneMatrix(weights, values, mask) : AsSum(weights, values, mask);
    }

    /// <summary>The three as one matrix.</summary>
    internal Tensor AsOneMatrix(Tensor weights, Tensor values, AttentionMask? mask)
    {
        var shaped = AttentionGain.Call(weights);
        var (asking, answering) = (weights.Size(2), weights.Size(3));
        if (IdentityGain is not null)
        {
            var identity = Functional.Eye((int)answering, device: values.Device).To(values.DType).Narrow(0, answering - asking, asking);
            var added = IdentityGain.Call(identity.View([1, asking, answering]));
            shaped += CentreGain is null ? added : added - CentreGain.Call(Uniform(asking, values, mask));
        }
        else if (CentreGain is not null)
        {
            shaped -= CentreGain.Call(Uniform(asking, values, mask));
        }

        return shaped.MatMul(values);
    }

    /// <summary>What the attention gives, the tokens and the means, added up.</summary>
    internal Tensor AsSum(Tensor weights, Tensor values, AttentionMask? mask)
    {
        var asking = weights.Size(2);
        var context = AttentionGain.Call(weights.MatMul(values));
        if (IdentityGain is not null)
            context += IdentityGain.Call(Last(values, asking));
        if (CentreGain is null)
            return context;
        var means = mask is { IsCausal: true }
            ? Last(Heads.Split(CumulativeMean.Of(Heads.Join(values)), values.Size(1)), asking)
            : Uniform(1, values, mask).MatMul(values);
        return context - CentreGain.Call(means);
    }

    private Tensor Weights(Tensor queries, Tensor keys, AttentionMask? mask)
    {
        var scores = queries.MatMul(keys.Transpose(-2, -1)) / Math.Sqrt(queries.Size(-1));
        if (_cap is { } cap)
            scores = (scores / cap).Tanh() * cap;
        return Dropout.Call(MaskedSoftmax.Of(scores, mask));
    }

    /// <summary>Uniform attention, broadcastable to (batch, heads, queries, keys); without rules that tell queries apart, one row for all.</summary>
    private static Tensor Uniform(long asking, Tensor values, AttentionMask? mask)
    {
        var answering = values.Size(2);
        var rules = mask is { IsCausal: true, Pairs: null } ? AttentionMask.Causal : mask;
        var visible = rules?.Table(asking, answering, values.Device)?.To(values.DType) ?? values.NewOnes([1, answering]);
        return visible / visible.Sum([-1], keepdim: true).ClampMin(1);
    }

    private static Tensor Last(Tensor values, long asking) => values.Size(2) == asking ? values : values.Narrow(2, values.Size(2) - asking, asking);
}
