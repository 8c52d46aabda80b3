using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Buckets of keys that stand for buckets of queries, as weighted sums (Tay et al. 2020, arXiv 2002.11296, section 3).</summary>
internal abstract class BucketMatches
{
    /// <summary>The matched buckets, side by side.</summary>
    /// <param name="buckets">(batch, heads, buckets, length, width).</param>
    /// <returns>(batch, heads, query buckets, matches · length, width).</returns>
    internal abstract Tensor Sort(Tensor buckets);

    /// <summary>The marks of the matched buckets: of sums, those of the bucket that weighs most.</summary>
    /// <param name="marks">(batch, heads, buckets, length) of truth values.</param>
    /// <returns>(batch, heads, query buckets, matches · length).</returns>
    internal abstract Tensor SortMarks(Tensor marks);

    /// <summary>For every row the best columns, one after the other, each weighed by its softmax among those that are left.</summary>
    /// <param name="scores">(batch, heads, query buckets, buckets).</param>
    /// <param name="matches">Columns of a row.</param>
    /// <param name="temperature">What scores are divided by.</param>
    internal static BucketMatches Top(Tensor scores, int matches, double temperature)
    {
        var (weights, columns) = (new List<Tensor>(), new List<Tensor>());
        for (var match = 0; match < matches; match++)
        {
            var (weight, column) = (scores / temperature).Softmax(-1).Max(-1, keepdim: true);
            weights.Add(weight);
            columns.Add(column);
            scores = scores.Scatter(-1, column, double.NegativeInfinity);
        }

        return new Chosen(Functional.Cat([.. weights], -1), Functional.Cat([.. columns], -1));
    }

    /// <summary>
    /// A soft permutation: noise of Gumbel's distribution on the logarithms of scores that are not negative, then Sinkhorn's normalisation.
    /// </summary>
    /// <param name="scores">(batch, heads, query buckets, buckets).</param>
    /// <param name="iterations">Normalisations of rows and columns.</param>
    /// <param name="temperature">What noisy logarithms are divided by.</param>
    internal static BucketMatches SoftPermutation(Tensor scores, int iterations, double temperature)
    {
        var noise = RandomDraws.Uniform([scores.Size(0) * scores.Size(1), scores.Size(2), scores.Size(3)], scores).View(scores.Shape);
        var gumbel = -Log(-Log(noise));
        return new Mixed(Sinkhorn((Log(scores) + gumbel) / temperature, iterations));
    }

    /// <summary>Makes rows and columns sum to 1, in turns and in logarithms: (..., rows, columns) to the same.</summary>
    internal static Tensor Sinkhorn(Tensor logarithms, int iterations)
    {
        for (var i = 0; i < iterations; i++)
        {
            logarithms = logarithms - logarithms.LogSumExp([-1], keepdim: true);
            logarithms = logarithms - logarithms.LogSumExp([-2], keepdim: true);
        }

        return logarithms.Exp();
    }

    private static Tensor Log(Tensor numbers) => (numbers + 1e-6).Log();

    /// <summary>A few buckets for each row: they are picked, so that the time does not grow with all pairs of buckets.</summary>
    private sealed class Chosen(Tensor weights, Tensor columns) : BucketMatches
    {
        internal override Tensor Sort(Tensor buckets)
        {
            var picked = TokenRows.Gather(buckets.Flatten(3), columns) * weights.Unsqueeze(-1);
            return picked.Unflatten(-1, [buckets.Size(3), buckets.Size(4)]).Flatten(3, 4);
        }

        internal override Tensor SortMarks(Tensor marks)
        {
            var (batch, heads, rows, matches) = (columns.Size(0), columns.Size(1), columns.Size(2), columns.Size(3));
            var places = columns.Flatten(2).Unsqueeze(-1).Expand([-1, -1, -1, marks.Size(3)]);
            return marks.Gather(2, places).View([batch, heads, rows, matches * marks.Size(3)]);
        }
    }

    /// <summary>Sums of all buckets.</summary>
    private sealed class Mixed(Tensor weights) : BucketMatches
    {
        internal override Tensor Sort(Tensor buckets) =>
            weights.MatMul(buckets.Flatten(3)).Unflatten(-1, [buckets.Size(3), buckets.Size(4)]);

        internal override Tensor SortMarks(Tensor marks) =>
            marks.Gather(2, weights.ArgMax(-1, keepdim: true).Expand([-1, -1, -1, marks.Size(3)]));
    }
}
