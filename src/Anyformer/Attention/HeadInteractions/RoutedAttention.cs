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
