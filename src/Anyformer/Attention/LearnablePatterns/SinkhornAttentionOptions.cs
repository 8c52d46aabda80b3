using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>How buckets of queries are matched with buckets of keys.</summary>
public enum BucketMatching
{
    /// <summary>Each with the best by a softmax; several may have the same.</summary>
    Top,

    /// <summary>All at once, by a soft permutation: Sinkhorn's normalisation of noisy scores, in evaluation too. Not under a causal mask.</summary>
    Sinkhorn,
}

/// <summary>Options of <see cref="SinkhornAttention"/>.</summary>
public sealed record SinkhornAttentionOptions
{
    /// <summary>Tokens of a bucket; null for the square root of those of a sample.</summary>
    [Description("tokens of a bucket; the square root of those of a sample unless given"), Range(1, 1 << 20)]
    public int? Bucket { get; init; }

    /// <summary>Tokens of a bucket of keys that are not those of the queries; null for as many.</summary>
    [Description("tokens of a bucket of keys that are not those of the queries; as many unless given"), Range(1, 1 << 20)]
    public int? KeyBucket { get; init; }

    /// <summary>How buckets are matched.</summary>
    [Description("how buckets of queries are matched with buckets of keys")]
    public BucketMatching Matching { get; init; }

    /// <summary>Buckets that each bucket is matched with, where it takes the best.</summary>
    [Description("buckets that each bucket is matched with, where it takes the best"), Range(1, 1 << 16)]
    public int Matches { get; init; } = 1;

    /// <summary>Buckets that all queries share instead of being matched one by one (SortCut); 0 for none.</summary>
    [Description("buckets that all queries share instead of being matched one by one; 0 for none"), Range(0, 1 << 16)]
    public int SortCut { get; init; }

    /// <summary>Whether a learned map of sums matches buckets, for the number of tokens that the host says, instead of the products of means.</summary>
    [Description("a learned map matches buckets, for a number of tokens, instead of the products of their means")]
    public bool LearnedSorting { get; init; }

    /// <summary>Whether what stands before the first bucket under a causal mask is learned, instead of zeros.</summary>
    [Description("what stands before the first bucket under a causal mask is learned, instead of zeros")]
    public bool LearnedNull { get; init; }

    /// <summary>Normalisations of rows and columns.</summary>
    [Description("normalisations of rows and columns of a soft permutation"), Range(1, 1000)]
    public int Iterations { get; init; } = 5;

    /// <summary>What scores of matches are divided by.</summary>
    [Description("what scores of matches are divided by"), Range(1e-6, 1e6)]
    public double Temperature { get; init; } = 0.75;

    /// <summary>Heads that see a window around them instead of matched buckets.</summary>
    [Description("heads that see a window around them instead of matched buckets"), Range(0, 1024)]
    public int LocalHeads { get; init; }

    /// <summary>Tokens of a bucket of queries, of samples of so many tokens.</summary>
    internal int BucketOf(long tokens) => (int)Math.Min(Bucket ?? (long)Math.Ceiling(Math.Sqrt(tokens)), tokens);

    /// <summary>Tokens of a bucket of keys, of samples of so many tokens.</summary>
    internal int KeyBucketOf(long tokens) => KeyBucket is { } given ? (int)Math.Min(given, tokens) : BucketOf(tokens);
}
