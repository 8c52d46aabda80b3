using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of attention whose heads are joined by routing.</summary>
public sealed record RoutedAttentionOptions
{
    /// <summary>Capsules that the heads vote for; null for as many as heads.</summary>
    [Description("capsules that heads vote for; without it, as many as heads"), Range(1, 4096)]
    public int? Capsules { get; init; }

    /// <summary>Rounds of agreement.</summary>
    [Description("rounds of agreement"), Range(1, 100)]
    public int Iterations { get; init; } = 3;
}

/// <summary>Multi-head attention whose heads are joined by routing instead of a concatenation. Capsules are as wide as heads.</summary>
public abstract class RoutedAttention : HeadInteraction
{
    private readonly int _heads;

    private protected RoutedAttention(TokenMixerShape shape, HeadRouting routing)
    {
        _heads = shape.Heads;
        var inner = shape.Heads * shape.HeadWidth;
        QueryProjection = new Linear(shape.Width, inner);
        KeyProjection = new Linear(shape.Width, inner);
        ValueProjection = new Linear(shape.Width, inner);
        Function = BuildFunction(shape, shape.HeadWidth);
        Routing = routing;
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private AttentionFunction Function { get; }

    private HeadRouting Routing { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        Tensor Projected(Linear projection) => Heads.Split(projection.Call(tokens), _heads);
        var contexts = Function.Call(Projected(QueryProjection), Projected(KeyProjection), Projected(ValueProjection), mask);
        return Routing.Call(contexts.Transpose(1, 2)).Tokens;
    }
}

/// <summary>Heads joined by dynamic routing.</summary>
[Formula(
    "u_am = z_a U_am",
    "c_a = softmax(b_a), g_m = squash(sum_a c_am u_am), b_am += u_am·g_m, so many rounds from b = 0",
    "squash(s) = (|s|² / (1 + |s|²)) s / |s|",
    "y = [g_1 ... g_M] W_o",
    Where = "z: context of a head, (d); u: its vote, (capsule width); U: (heads, capsules, d, capsule width); g: capsule; "
        + "b, c: (heads, capsules); s: (capsule width); a: head; m: capsule; M: capsules; W_o: (capsules · capsule width, width)")]
[Claims(Causal = true)]
[Method("routing-simple", "Heads joined by dynamic routing", Family.HeadInteractions, 2019, System = "head-interactions",
    Paper = "Li, Yang, Dou, Wang, Lyu, Tu, Information Aggregation for Multi-Head Attention with Routing-by-Agreement, NAACL 2019, arXiv 1904.03100",
    Complexity = "O(tokens²), and O(tokens · heads · capsules) a round")]
public sealed class SimpleRoutingAttention : RoutedAttention
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public SimpleRoutingAttention(TokenMixerShape shape, RoutedAttentionOptions options) : base(shape,
        new SimpleRouting(shape.Heads, shape.HeadWidth, options.Capsules ?? shape.Heads, shape.HeadWidth, shape.Width, options.Iterations))
    {
    }
}

/// <summary>Heads joined by expectation-maximisation routing.</summary>
[Formula(
    "u_am = z_a U_am, r_am = 1 / M at first",
    "μ_m, v_m: mean and variance of the votes u_am, weighed by r_am",
    "a_m = σ(θ_m - (β_m + sum_c log √v_mc) sum_a r_am)",
    "r_a = softmax_m(log a_m + log N(u_am; μ_m, v_m)), y = [a_m μ_m] W_o",
    Where = "z: context of a head, (d); u: its vote, (capsule width); U: (heads, capsules, d, capsule width); "
        + "r: share, (heads, capsules); μ, v: (capsules, capsule width); a: activity of a capsule, as index a head; "
        + "θ, β: learned, (capsules); M: capsules; N: normal density; m: capsule; c: element; W_o: (capsules · capsule width, width)")]
[Claims(Causal = true)]
[Method("routing-em", "Heads joined by EM routing", Family.HeadInteractions, 2019, System = "head-interactions",
    Paper = "Li, Yang, Dou, Wang, Lyu, Tu, Information Aggregation for Multi-Head Attention with Routing-by-Agreement, NAACL 2019, arXiv 1904.03100",
    Complexity = "O(tokens²), and O(tokens · heads · capsules) a round")]
public sealed class EmRoutingAttention : RoutedAttention
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public EmRoutingAttention(TokenMixerShape shape, RoutedAttentionOptions options) : base(shape,
        new EmRouting(shape.Heads, shape.HeadWidth, options.Capsules ?? shape.Heads, shape.HeadWidth, shape.Width, options.Iterations))
    {
    }
}
