using Anyformer.Attention.LearnablePatterns;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Prototypes;

/// <summary>
/// Queries in clusters: k-means on hashes, whose distance is the number of bits that differ. The choices are constants to the backward pass.
/// </summary>
/// <param name="Members">The cluster of every query, (batch, heads, queries).</param>
/// <param name="Centroids">The mean query of every cluster, (batch, heads, clusters, head width); zeros of a cluster without queries.</param>
internal sealed record QueryClusters(Tensor Members, Tensor Centroids)
{
    /// <summary>Clusters the queries. Padding has no part in the clusters; the one that it is said to be in has no meaning.</summary>
    /// <param name="owner">Who records <c>hashes</c>, <c>clusters</c> (of padding one more than there are) and <c>counts</c>.</param>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <param name="real">True where a query is no padding, (batch, queries); null when all are.</param>
    /// <param name="options">How.</param>
    internal static QueryClusters Of(Module owner, Tensor queries, Tensor? real, ClusteredAttentionOptions options)
    {
        var clusters = Math.Min(options.Clusters, queries.Size(2));
        var members = Assign(owner, queries.Detach(), real, clusters, options);
        var counts = Sum(queries.NewOnes([.. members.Shape, 1]), real, members, clusters);
        if (Recorder.IsListening)
        {
            Recorder.Record(owner, "clusters", real is null ? members : members.MaskedFill(!real.Unsqueeze(1), clusters + 1));
            Recorder.Record(owner, "counts", counts.Squeeze(-1));
        }

        return new QueryClusters(members, Sum(queries, real, members, clusters) / counts.ClampMin(1));
    }

    private static Tensor Assign(Module owner, Tensor queries, Tensor? real, long clusters, ClusteredAttentionOptions options)
    {
        using var noGrad = Autograd.NoGrad();
        // Counts of bits must stay exact, so nothing narrower than single precision.
        var exact = queries.DType == DType.Float64 ? queries : queries.To(DType.Float32);
        var (count, width) = (queries.Size(2), queries.Size(3));
        var planes = RandomDraws.Normal([options.Bits, width + 1], exact);
        var bits = exact.MatMul(planes.Narrow(1, 0, width).T());
        bits = options.HashBias ? bits > planes.Select(1, width) : bits > 0;
        if (Recorder.IsListening)
            Recorder.Record(owner, "hashes", (bits * Tensor.From([.. Enumerable.Range(0, options.Bits).Select(bit => 1L << bit)])).Sum([-1]));

        // With -1 for 0, the product of two hashes is how many more of their bits are equal than are not.
        var signs = bits.To(exact.DType) * 2 - 1;
        var centroids = TokenRows.Gather(signs, Places(RandomDraws.Distinct(count, clusters, queries.Device), real, signs));
        for (var i = 1; i < options.Iterations; i++)
        {
            var members = Nearest(signs, centroids);
            var isEmpty = Sum(signs.NewOnes([.. members.Shape, 1]), real, members, clusters).Eq(0);
            // A cluster that lost its queries stays where it is. A bit that half of them have is 0.
            centroids = Functional.Where(isEmpty, centroids, (Sum(signs, real, members, clusters) > 0).To(exact.DType) * 2 - 1);
        }

        return Nearest(signs, centroids);
    }

    /// <summary>The first of the nearest centroids of every hash.</summary>
    private static Tensor Nearest(Tensor signs, Tensor centroids) => signs.MatMul(centroids.Transpose(-2, -1)).ArgMax(-1);

    /// <summary>The sums of the queries of every cluster, without padding.</summary>
    private static Tensor Sum(Tensor queries, Tensor? real, Tensor members, long clusters) =>
        TokenRows.Sum(real is null ? queries : queries * real.Unsqueeze(1).Unsqueeze(-1), members, clusters);

    /// <summary>The drawn places, the same for every head and sample but for one of padding, which is counted on among the tokens.</summary>
    private static Tensor Places(Tensor drawn, Tensor? real, Tensor queries)
    {
        var ofSamples = drawn.Unsqueeze(0);
        if (real is not null)
            ofSamples = real.Sort(stable: true, descending: true).Indices.Gather(1, drawn.Remainder(real.Sum([1], keepdim: true).ClampMin(1)));
        return ofSamples.Unsqueeze(1).Expand([queries.Size(0), queries.Size(1), -1]);
    }
}
