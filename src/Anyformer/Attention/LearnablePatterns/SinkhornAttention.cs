using Anyformer.Attention.Local;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// Every bucket of queries sees its own bucket of keys and others that it was matched with (Tay, Bahri, Yang, Metzler and Juan, ICML 2020,
/// arXiv 2002.11296). Under a causal mask, buckets are matched with earlier ones, and half of the heads cut their buckets elsewhere.
/// </summary>
/// <remarks>
/// A soft permutation adds up all buckets for each, in time that grows with their number squared. That the reference implementation takes sorted keys
/// for sorted values where there is no mask and no SortCut is not followed: the values are the values, as in the paper.
/// </remarks>
[Formula(
    "R = top(softmax(mean(Q_a)·mean(K_b) / √d)), or a soft permutation by Sinkhorn's iterations",
    "Y_a = softmax(Q_a [R K, K_a]ᵀ / √d) [R V, V_a]",
    Where = "R: which buckets of keys stand beside a bucket, weighed, (buckets, buckets); a, b: buckets of queries and of keys")]
[Claims(Growth = 1.5, Causal = true, Leaks = Leaks.Padding,
    Caveat = "Padding is not attended to, but counts in the means that match buckets, as in the reference implementation.")]
[Method("sinkhorn", "Sinkhorn attention", Family.LearnablePatterns, 2020,
    Paper = "Tay, Bahri, Yang, Metzler, Juan, Sparse Sinkhorn Attention, ICML 2020, arXiv 2002.11296",
    Complexity = "O(tokens · bucket + (tokens / bucket)²)")]
public sealed class SinkhornAttention : AttentionFunction
{
    private const int WindowOfUnknownBucket = 64;

    private readonly SinkhornAttentionOptions _options;

    /// <summary>Attention with fresh weights, where it has such.</summary>
    /// <exception cref="UserException">Options contradict each other, or the number of tokens is needed and not known.</exception>
    public SinkhornAttention(AttentionShape shape, SinkhornAttentionOptions options)
    {
        var heads = shape.Heads - options.LocalHeads;
        if (heads < 1)
            throw new UserException($"Sinkhorn attention needs a head that is not local, found {options.LocalHeads} local heads of {shape.Heads}.");
        if (options.SortCut > 0 && (options.LearnedSorting || options.Matching != BucketMatching.Top))
            throw new UserException("SortCut takes the best buckets by the products of means; choose no learned sorting and no soft permutation with it.");
        _options = options;
        Local = options.LocalHeads == 0 ? null
            : new LocalAttention(new LocalAttentionOptions { Window = options.Bucket ?? WindowOfUnknownBucket, Exact = false }, shape.Dropout);
        if (options.LearnedNull)
        {
            NullKeys = Initialization.Normal(Parameter.Empty(heads, 1, shape.HeadWidth));
            NullValues = Initialization.Normal(Parameter.Empty(heads, 1, shape.HeadWidth));
        }

        Sorting = new BucketSorting(heads, shape.HeadWidth, shape.Tokens, options);
        Dropout = new Dropout(shape.Dropout);
    }

    private LocalAttention? Local { get; }

    private Parameter? NullKeys { get; }

    private Parameter? NullValues { get; }

    private BucketSorting Sorting { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("Sinkhorn attention");
        var isCausal = mask?.IsCausal ?? false;
        if (isCausal && (_options.SortCut > 0 || _options.Matching != BucketMatching.Top))
            throw new UserException("Sinkhorn attention under a causal mask takes the best of earlier buckets; choose no SortCut and no soft permutation.");
        if (isCausal && queries.Size(2) != keys.Size(2))
            throw new UserException(
                $"Sinkhorn attention under a causal mask needs a key beside every query, found {queries.Size(2)} queries and {keys.Size(2)} keys.");

        var (locals, heads, count) = (_options.LocalHeads, queries.Size(1) - _options.LocalHeads, queries.Size(2));
        Tensor Sorted(Tensor tokens) => tokens.Narrow(1, locals, heads);
        var contexts = isCausal
            ? SeeEarlier(Sorted(queries), Sorted(keys), Sorted(values), mask!)
            : SeeMatches(Sorted(queries), Sorted(keys), Sorted(values), mask);
        contexts = contexts.Narrow(2, 0, count);
        if (Local is null)
            return contexts;
        Tensor Near(Tensor tokens) => tokens.Narrow(1, 0, locals);
        return Functional.Cat([Local.Call(Near(queries), Near(keys), Near(values), mask), contexts], 1);
    }

    private Tensor SeeMatches(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var asking = TokenBuckets.Of(queries, mask?.Queries, _options.BucketOf(queries.Size(2)));
        var length = _options.KeyBucketOf(keys.Size(2));
        var (ofKeys, ofValues) = (TokenBuckets.Of(keys, mask?.Keys, length), TokenBuckets.Of(values, null, length));
        var own = asking.Count == ofKeys.Count ? ofKeys : null;
        return Attend(asking, (ofKeys, ofValues.Tokens), (own, ofValues.Tokens), Sorting.Match(asking.Tokens, ofKeys.Tokens), visible: null);
    }

    private Tensor SeeEarlier(Tensor queries, Tensor keys, Tensor values, AttentionMask mask)
    {
        var length = _options.BucketOf(queries.Size(2));
        TokenBuckets Of(Tensor tokens, Tensor? real) => TokenBuckets.Of(tokens, real, length, turned: true);
        var (asking, ofKeys, ofValues) = (Of(queries, mask.Queries), Of(keys, mask.Keys), Of(values, null));
        var matches = Math.Min(_options.Matches, asking.Count);
        var contexts = Attend(asking, (ofKeys.After(NullKeys, matches), ofValues.After(NullValues, matches).Tokens), (ofKeys, ofValues.Tokens),
            Sorting.MatchEarlier(asking.Tokens, ofKeys.Tokens, matches), Earlier(asking, matches * length));
        return TokenBuckets.Turn(contexts, length - 1);
    }

    /// <summary>The contexts, (batch, heads, tokens, head width).</summary>
    /// <param name="queries">What asks.</param>
    /// <param name="all">Keys and values that matches are taken of.</param>
    /// <param name="own">Those of the queries' own buckets; none without keys.</param>
    /// <param name="matches">What was matched with each bucket of queries.</param>
    /// <param name="visible">What else holds, broadcastable to (batch, heads, buckets, length, seen); null for nothing.</param>
    private Tensor Attend(
        TokenBuckets queries, (TokenBuckets Keys, Tensor Values) all, (TokenBuckets? Keys, Tensor Values) own, BucketMatches matches, Tensor? visible)
    {
        Tensor Beside(Tensor sorted, Tensor? ofOwn)
        {
            // SortCut: what was sorted out is for all buckets of queries.
            if (sorted.Size(2) != queries.Count)
                sorted = sorted.Expand([-1, -1, queries.Count, .. Enumerable.Repeat(-1L, sorted.Dimensions - 3)]);
            return ofOwn is null ? sorted : Functional.Cat([sorted, ofOwn], 3);
        }

        var scale = 1 / Math.Sqrt(queries.Tokens.Size(4));
        var scores = (queries.Tokens * scale).MatMul(Beside(matches.Sort(all.Keys.Tokens), own.Keys?.Tokens).Transpose(-2, -1));
        void See(Tensor which) => visible = visible is null ? which : visible & which;
        if (all.Keys.Real is { } real)
            See(Beside(matches.SortMarks(real), own.Keys?.Real).Unsqueeze(3));
        if (queries.Real is { } asking)
            See(asking.Unsqueeze(4));
        scores = scores.Hide(visible);
        var values = Beside(matches.Sort(all.Values), own.Keys is null ? null : own.Values);
        return Dropout.Call(scores.Softmax(-1)).MatMul(values).Flatten(2, 3);
    }

    /// <summary>What comes no later, (heads, buckets, length, sorted + length), of buckets whose second half of heads was turned.</summary>
    private static Tensor Earlier(TokenBuckets buckets, long sorted)
    {
        var (heads, count, device) = (buckets.Tokens.Size(1), buckets.Count, buckets.Tokens.Device);
        var rows = Functional.Arange(buckets.Length, device: device).Unsqueeze(-1);
        var columns = Functional.Arange(-sorted, buckets.Length, device: device);
        var plain = columns <= rows;
        // The last bucket of a turned head holds the last token, and then the first ones, which come before all others.
        var wrapped = plain & (columns > 0 | rows.Eq(0));
        var isTurned = Functional.Arange(heads, device: device) >= heads / 2;
        var isLast = Functional.Arange(count, device: device).Eq(count - 1);
        return Functional.Where((isTurned.Unsqueeze(-1) & isLast).View([heads, count, 1, 1]), wrapped, plain);
    }
}
