using Anyformer.Attention.Local;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// Attention inside clusters: k-means whose means are learned as a moving average, and each cluster's most similar queries attend to its most similar
/// keys (Roy, Saffar, Vaswani and Grangier, TACL 2021, arXiv 2003.05997, section 4). A token that several clusters chose gets the mean of what it found
/// there, one that none chose gets nothing of it; other heads see a window around them.
/// </summary>
/// <remarks>
/// The means move, and the first of them are chosen, in the forward pass of training. The term that keeps tokens near their means goes to
/// <see cref="AuxiliaryLoss"/>.
/// </remarks>
[Formula(
    "every cluster c takes the w queries and the w keys most similar to its mean m_c",
    "y_i = mean over its clusters of sum_j softmax_j(q_i·k_j / √d) v_j, j in the cluster; 0 in none",
    "while training m_c moves to the direction of the sum of its tokens",
    Where = "c: cluster; m: (heads, clusters, d); y: context of a head, (d); w: tokens of a cluster")]
[Claims(Growth = 1.5, Causal = true, Leaks = Leaks.Future | Leaks.Padding,
    Caveat = "All tokens of a sample, later ones and padding too, compete for the places in a cluster, as in the reference implementation.")]
[Method("routing", "Routing attention", Family.LearnablePatterns, 2020,
    System = "routing-transformer",
    Paper = "Roy, Saffar, Vaswani, Grangier, Efficient Content-Based Sparse Attention with Routing Transformers, TACL 2021, arXiv 2003.05997",
    Complexity = "O(tokens^1.5)")]
public sealed class RoutingAttention : TokenMixer
{
    private const int ClustersOfUnknownTokens = 32;

    private readonly RoutingAttentionOptions _options;
    private readonly int _localHeads;
    private readonly int _heads;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads, or all heads are local.</exception>
    public RoutingAttention(TokenMixerShape shape, RoutingAttentionOptions options)
    {
        _options = options;
        _localHeads = options.LocalHeads ?? shape.Heads / 2;
        _heads = shape.Heads - _localHeads;
        if (_heads < 1)
            throw new UserException($"Routing attention needs a head that is not local, found {_localHeads} local heads of {shape.Heads}.");
        var (width, clusters) = (shape.HeadWidth, options.Clusters ?? Clusters(shape.Tokens));
        LocalProjection = _localHeads == 0 ? null : new Linear(shape.Width, 3 * _localHeads * width);
        Local = _localHeads == 0 ? null : new LocalAttention(LocalOptions(options), shape.Dropout);
        QueryProjection = new Linear(shape.Width, _heads * width, bias: false);
        KeyProjection = options.SharedKeys ? null : new Linear(shape.Width, _heads * width, bias: false);
        ValueProjection = new Linear(shape.Width, _heads * width, bias: false);
        Routing = new ClusteredHeads(_heads, clusters, width, shape.Dropout, options);
        OutputProjection = new Linear(shape.Heads * width, shape.Width, bias: false);
    }

    private Linear? LocalProjection { get; }

    private LocalAttention? Local { get; }

    private Linear QueryProjection { get; }

    private Linear? KeyProjection { get; }

    private Linear ValueProjection { get; }

    private ClusteredHeads Routing { get; }

    private Linear OutputProjection { get; }

    /// <summary>Cross-attention: the tokens ask, other tokens answer.</summary>
    /// <param name="tokens">(batch, queries, width).</param>
    /// <param name="context">(batch, keys, width).</param>
    /// <param name="mask">What the tokens may not see of the context; null lets them see all.</param>
    /// <exception cref="UserException">There are local heads, which need a key beside every query, or the mask is one of pairs.</exception>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        if (Local is not null)
            throw new UserException("Routing attention to other tokens takes no local heads, which need a key beside every query.");
        mask?.RefusePairs("Routing attention");
        mask?.RefuseCausal("Routing attention to other tokens");
        using var scope = new TensorScope();
        var keys = Split(KeyProjection ?? QueryProjection, context);
        return scope.Keep(OutputProjection.Call(Heads.Join(
            Routing.Call(Split(QueryProjection, tokens), keys, Split(ValueProjection, context), mask, isSelf: false))));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("Routing attention");
        var queries = Split(QueryProjection, tokens);
        var keys = KeyProjection is null ? queries : Split(KeyProjection, tokens);
        var contexts = Routing.Call(queries, keys, Split(ValueProjection, tokens), mask, isSelf: true);
        return OutputProjection.Call(Heads.Join(Local is null ? contexts : Functional.Cat([SeeAround(tokens, mask), contexts], 1)));
    }

    private Tensor SeeAround(Tensor tokens, AttentionMask? mask)
    {
        var heads = LocalProjection!.Call(tokens).Unflatten(-1, [3, _localHeads, -1]).Transpose(1, 3).Unbind(2);
        return Local!.Call(heads[0], heads[1], heads[2], mask);
    }

    private Tensor Split(Linear projection, Tensor tokens) => Heads.Split(projection.Call(tokens), _heads);

    private static int Clusters(int tokens) => tokens > 0 ? (int)Math.Round(Math.Sqrt(tokens)) : ClustersOfUnknownTokens;

    private static LocalAttentionOptions LocalOptions(RoutingAttentionOptions options) => new()
    {
        Window = options.LocalWindow,
        Backward = options.LocalRadius,
        Forward = options.LocalRadius,
        Exact = false,
        Positions = options.LocalRotary ? LocalPositions.Rotary : LocalPositions.None,
    };
}
