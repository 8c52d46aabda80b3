using Anyformer.Attention.LearnablePatterns;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Prototypes;

/// <summary>
/// Queries of a cluster share the context of their mean (Vyas, Katharopoulos and Fleuret, NeurIPS 2020, arXiv 2007.04825, section 3.2). The clusters
/// are those of k-means on hashes of the queries, drawn in evaluation too. Padded queries get zeros.
/// </summary>
/// <remarks>A cluster that k-means leaves without queries stays where it was; the reference implementation draws it anew.</remarks>
[Formula(
    "Y_i = softmax(q'_c Kᵀ / √d) V of the cluster c of query i",
    "q'_c = mean of the queries of the cluster; clusters by k-means on hashes sign(P q - b)",
    Where = "q': (d); c: cluster; P: random planes, (bits, d); b: their offsets, (bits)")]
[Claims(Growth = 1)]
[Method("clustered", "Clustered attention", Family.Prototypes, 2020,
    System = "clustered-attention",
    Paper = "Vyas, Katharopoulos, Fleuret, Fast Transformers with Clustered Attention, NeurIPS 2020, arXiv 2007.04825",
    Complexity = "O(tokens · clusters)")]
public sealed class ClusteredAttention : AttentionFunction
{
    private readonly ClusteredAttentionOptions _options;

    /// <summary>Attention as a part of a host.</summary>
    public ClusteredAttention(AttentionShape shape, ClusteredAttentionOptions options) => (_options, Dropout) = (options, new Dropout(shape.Dropout));

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var clusters = QueryClusters.Of(this, queries, Queries(mask, queries, keys), _options);
        var weights = Dropout.Call((Scores(clusters, keys, mask) * Scale(_options, queries)).Softmax(-1));
        return Clear(TokenRows.Gather(weights.MatMul(values), clusters.Members), Queries(mask, queries, keys));
    }

    /// <summary>The scores of the clusters' mean queries, (batch, heads, clusters, keys).</summary>
    internal static Tensor Scores(QueryClusters clusters, Tensor keys, AttentionMask? mask)
    {
        var scores = clusters.Centroids.MatMul(keys.Transpose(-2, -1));
        return scores.Hide(mask?.Keys?.Unsqueeze(1).Unsqueeze(1));
    }

    /// <summary>True where a query is no padding; of tokens that see each other, keys say so too.</summary>
    internal static Tensor? Queries(AttentionMask? mask, Tensor queries, Tensor keys)
    {
        mask?.RefusePairs("Clustered attention");
        mask?.RefuseCausal("Clustered attention");
        return mask?.Queries ?? (queries.Size(2) == keys.Size(2) ? mask?.Keys : null);
    }

    internal static double Scale(ClusteredAttentionOptions options, Tensor queries) => options.Scale ?? 1 / Math.Sqrt(queries.Size(3));

    /// <summary>The contexts, with zeros for padding.</summary>
    internal static Tensor Clear(Tensor contexts, Tensor? real) => real is null ? contexts : contexts * real.Unsqueeze(1).Unsqueeze(-1);
}
