using Anyformer.Attention.Local;
using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>The heads of routing attention that attend inside clusters.</summary>
internal sealed class ClusteredHeads : Module
{
    private const double Epsilon = 1e-5;

    private readonly RoutingAttentionOptions _options;

    internal ClusteredHeads(int heads, int clusters, int width, double dropout, RoutingAttentionOptions options)
    {
        _options = options;
        Clusters = new KMeans(heads, clusters, width, options.Decay);
        MemoryKeys = Initialization.Normal(Parameter.Empty(heads, clusters, options.Memory, width));
        MemoryValues = Initialization.Normal(Parameter.Empty(heads, clusters, options.Memory, width));
        Dropout = new Dropout(dropout);
    }

    private KMeans Clusters { get; }

    private Parameter MemoryKeys { get; }

    private Parameter MemoryValues { get; }

    private Dropout Dropout { get; }

    /// <summary>The contexts, (batch, heads, queries, head width).</summary>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    /// <param name="values">(batch, heads, keys, head width).</param>
    /// <param name="mask">What may not be seen.</param>
    /// <param name="isSelf">Whether the tokens see each other, and not others.</param>
    internal Tensor Call(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask, bool isSelf)
    {
        var isCausal = mask?.IsCausal ?? false;
        if (isCausal && !_options.SharedKeys && _options.Memory == 0)
            throw new UserException("Routing attention under a causal mask needs a memory of at least 1 or shared keys: a token may see nothing else.");
        using var scope = new TensorScope();
        var (ofQueries, ofKeys) = Choose(queries, keys, isSelf);
        var sharedKeys = _options.SharedKeys && isSelf ? keys.ToUnitLength() : keys;
        var scores = TokenRows.Gather(queries, ofQueries).MatMul(WithMemory(MemoryKeys, sharedKeys, ofKeys).Transpose(-2, -1))
            * (1 / Math.Sqrt(queries.Size(3)));

        if (Visible(mask, ofQueries, ofKeys) is { } visible)
            scores = scores.Hide(Pad(visible, true));
        if (_options.SharedKeys)
            scores = scores.MaskedFill(Pad(ofQueries.Unsqueeze(-1).Eq(ofKeys.Unsqueeze(-2)), false), Scores.LastResort);
        var contexts = Dropout.Call(scores.Softmax(-1)).MatMul(WithMemory(MemoryValues, values, ofKeys));

        var count = queries.Size(2);
        var chosen = TokenRows.Sum(contexts.NewOnes([.. ofQueries.Shape, 1]), ofQueries, count);
        return scope.Keep(TokenRows.Sum(contexts, ofQueries, count) / (chosen + Epsilon));
    }

    /// <summary>The positions of the queries and of the keys of every cluster, (batch, heads, clusters, window).</summary>
    private (Tensor Queries, Tensor Keys) Choose(Tensor queries, Tensor keys, bool isSelf)
    {
        var isOne = _options.SharedKeys && isSelf;
        var (similarity, distance) = Clusters.Call(isOne ? queries : Functional.Cat([queries, keys], 2));
        if (AuxiliaryLoss.IsCollecting)
            AuxiliaryLoss.Add(distance * _options.Commitment);
        var ofQueries = Nearest(similarity.Narrow(3, 0, queries.Size(2)));
        return (ofQueries, isOne ? ofQueries : Nearest(similarity.Narrow(3, queries.Size(2), keys.Size(2))));
    }

    private Tensor Nearest(Tensor similarity)
    {
        var (clusters, tokens) = (similarity.Size(2), similarity.Size(3));
        return similarity.TopK(Math.Min(_options.Window ?? (tokens + clusters - 1) / clusters, tokens), sorted: false).Indices;
    }

    private static Tensor? Visible(AttentionMask? mask, Tensor ofQueries, Tensor ofKeys)
    {
        Tensor? visible = null;
        void See(Tensor which) => visible = visible is null ? which : visible & which;
        if (mask?.Keys is { } keys)
            See(Real(keys, ofKeys).Unsqueeze(-2));
        if (mask?.Queries is { } queries)
            See(Real(queries, ofQueries).Unsqueeze(-1));
        if (mask?.IsCausal ?? false)
            See(ofKeys.Unsqueeze(-2) <= ofQueries.Unsqueeze(-1));
        return visible;
    }

    private static Tensor Real(Tensor tokens, Tensor positions) =>
        tokens.Unsqueeze(1).Expand([-1, positions.Size(1), -1]).Gather(2, positions.Flatten(2)).View(positions.Shape);

    /// <summary>The learned keys or values of every cluster, before those of its tokens.</summary>
    private Tensor WithMemory(Parameter memory, Tensor tokens, Tensor positions)
    {
        var chosen = TokenRows.Gather(tokens, positions);
        return Functional.Cat([memory.To(chosen.DType).Expand([chosen.Size(0), -1, -1, -1, -1]), chosen], 3);
    }

    /// <summary>What holds of keys, with what holds of the memory before it.</summary>
    private Tensor Pad(Tensor ofKeys, bool ofMemory) => ofKeys.ConstantPadNd([_options.Memory, 0], ofMemory);
}
