using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Matches buckets of queries with buckets of keys, by the products of their means or by a learned map of their sums.</summary>
internal sealed class BucketSorting : Module
{
    private readonly SinkhornAttentionOptions _options;

    internal BucketSorting(int heads, int width, int? tokens, SinkhornAttentionOptions options)
    {
        _options = options;
        if (!options.LearnedSorting)
            return;
        if (tokens is not > 0)
            throw new UserException("Learned sorting of buckets is built for a number of tokens, which is not known here.");
        var length = options.KeyBucketOf(tokens.Value);
        Weight = Initialization.Normal(Parameter.Empty(heads, 2 * width, options.Matches + (tokens.Value + length - 1) / length));
    }

    /// <summary>(heads, 2 · head width, matches + buckets): first what stands before the first bucket under a causal mask, then the buckets.</summary>
    private Parameter? Weight { get; }

    /// <summary>Matches of buckets that may all be seen.</summary>
    /// <param name="queries">(batch, heads, buckets, length, head width).</param>
    /// <param name="keys">(batch, heads, key buckets, key length, head width).</param>
    internal BucketMatches Match(Tensor queries, Tensor keys)
    {
        var count = keys.Size(2);
        if (Weight is null)
        {
            var asking = _options.SortCut > 0 ? queries.Mean([2, 3]).Unsqueeze(2) : queries.Mean([3]);
            var scores = Products(asking, keys.Mean([3]));
            var most = Math.Min(_options.SortCut > 0 ? _options.SortCut : _options.Matches, count);
            return _options.Matching == BucketMatching.Top
                ? BucketMatches.Top(scores, (int)most, temperature: 1)
                : BucketMatches.SoftPermutation(scores.Relu(), _options.Iterations, _options.Temperature);
        }

        if (queries.Size(2) != count)
            throw new UserException($"Learned sorting matches as many buckets of queries as of keys, found {queries.Size(2)} and {count}.");
        var learned = Learned(Functional.Cat([queries.Sum([3]), keys.Sum([3])], -1), _options.Matches, count).Relu();
        return _options.Matching == BucketMatching.Top
            ? BucketMatches.Top(learned, (int)Math.Min(_options.Matches, count), _options.Temperature)
            : BucketMatches.SoftPermutation(learned, _options.Iterations, _options.Temperature);
    }

    /// <summary>Matches of every bucket with earlier ones, or with what stands before the first: of the keys after so many buckets of nothing.</summary>
    /// <param name="queries">(batch, heads, buckets, length, head width).</param>
    /// <param name="keys">Likewise.</param>
    /// <param name="matches">Matches of a bucket.</param>
    internal BucketMatches MatchEarlier(Tensor queries, Tensor keys, long matches)
    {
        var count = queries.Size(2);
        var runningKeys = RunningMean(keys);
        // Of a bucket's own tokens only the first may say what all of them see.
        var scores = Weight is null
            ? Products(RunningMean(queries).Select(3, 0), runningKeys.Sum([3]).ConstantPadNd([0, 0, matches, 0]))
            : Learned(Functional.Cat([runningKeys.Select(3, 0), keys.Select(3, 0)], -1), _options.Matches - matches, count + matches).LeakyRelu();
        var columns = Functional.Arange(count + matches, device: queries.Device);
        var rows = Functional.Arange(count, device: queries.Device).Unsqueeze(-1);
        return BucketMatches.Top(scores.Hide(columns < rows + matches), (int)matches, _options.Temperature);
    }

    private static Tensor Products(Tensor queries, Tensor keys) => queries.MatMul(keys.Transpose(-2, -1)) * (1 / Math.Sqrt(queries.Size(-1)));

    private Tensor Learned(Tensor sums, long begin, long count)
    {
        if (begin + count > Weight!.Size(2))
            throw new UserException(
                $"This learned sorting was built for up to {Weight.Size(2) - _options.Matches} buckets, found {begin + count - _options.Matches}.");
        return sums.MatMul(Weight.To(sums.DType).Narrow(2, begin, count));
    }

    /// <summary>At every token the mean of those up to it.</summary>
    private static Tensor RunningMean(Tensor buckets)
    {
        var sums = buckets.Flatten(2, 3).CumSum(2);
        var counts = Functional.Arange(1, sums.Size(2) + 1, dtype: sums.DType, device: sums.Device).Unsqueeze(-1);
        return (sums / counts).View(buckets.Shape);
    }
}
