using Anyformer.Attention.LearnablePatterns;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Prototypes;

/// <summary>
/// Clustered attention that weighs the best keys of a cluster anew for each of its queries; the other keys keep what the cluster gives them
/// (Vyas, Katharopoulos and Fleuret, NeurIPS 2020, arXiv 2007.04825, section 3.3).
/// </summary>
/// <remarks><inheritdoc cref="ClusteredAttention" path="/remarks/node()"/></remarks>
[Formula(
    "a_c = softmax(q'_c Kᵀ / √d), T_c: the keys of its largest weights, r_c = 1 - sum_(j not in T_c) a_cj",
    "Y_i = sum_(j not in T_c) a_cj v_j + r_c sum_(j in T_c) softmax_j(q_i·k_j / √d) v_j",
    Where = "a: weights of a cluster, (batch, heads, clusters, keys); q': mean of the queries of a cluster, (d); c: cluster of query i; "
        + "T: so many keys; r: what is left to them")]
[Claims(Growth = 1)]
[Method("improved-clustered", "Improved clustered attention", Family.Prototypes, 2020,
    System = "clustered-attention",
    Paper = "Vyas, Katharopoulos, Fleuret, Fast Transformers with Clustered Attention, NeurIPS 2020, arXiv 2007.04825",
    Complexity = "O(tokens · (clusters + keys))")]
public sealed class ImprovedClusteredAttention : AttentionFunction
{
    private readonly ImprovedClusteredAttentionOptions _options;

    /// <summary>Attention as a part of a host.</summary>
    public ImprovedClusteredAttention(AttentionShape shape, ImprovedClusteredAttentionOptions options) =>
        (_options, Dropout) = (options, new Dropout(shape.Dropout));

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var real = ClusteredAttention.Queries(mask, queries, keys);
        var clusters = QueryClusters.Of(this, queries, real, _options);
        var scores = ClusteredAttention.Scores(clusters, keys, mask);
        var best = scores.TopK(Math.Min(_options.Keys, keys.Size(2)), sorted: false).Indices;

        var rest = (scores * ClusteredAttention.Scale(_options, queries)).Softmax(-1).Scatter(-1, best, 0);
        // As in the authors' code, how much is left for the best keys is a constant to the backward pass.
        var ofRest = Functional.Cat([Dropout.Call(rest).MatMul(values), rest.Detach().Sum([-1], keepdim: true)], -1);
        var shared = TokenRows.Gather(ofRest, clusters.Members);
        var (contexts, mass) = (shared.Narrow(3, 0, values.Size(3)), shared.Narrow(3, values.Size(3), 1));
        return ClusteredAttention.Clear(contexts + SeeBest(queries, keys, values, mask, clusters, best) * (1 - mass), real);
    }

    /// <summary>
    /// The contexts of every query among the best keys of its cluster. Queries are laid out by clusters in blocks, so that each block gathers its keys once,
    /// and not every query its own.
    /// </summary>
    private Tensor SeeBest(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask, QueryClusters clusters, Tensor best)
    {
        var blocks = ClusterBlocks.Of(clusters.Members, best.Size(2));
        var seen = best.Gather(2, blocks.Clusters.Unsqueeze(-1).Expand([-1, -1, -1, best.Size(3)]));
        var scores = (blocks.Split(queries) * ClusteredAttention.Scale(_options, queries)).MatMul(TokenRows.Gather(keys, seen).Transpose(-2, -1));
        if (mask?.Keys is { } real)
            scores = scores.Hide(real.Unsqueeze(1).Expand([-1, seen.Size(1), -1]).Gather(2, seen.Flatten(2)).View(seen.Shape).Unsqueeze(3));
        return blocks.Join(Dropout.Call(scores.Softmax(-1)).MatMul(TokenRows.Gather(values, seen)));
    }
}
