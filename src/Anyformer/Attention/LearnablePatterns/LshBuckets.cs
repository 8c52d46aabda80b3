using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// Hashes vectors that point in similar directions into the same buckets: the nearest of random directions and their opposites
/// (Andoni et al. 2015, arXiv 1509.02897; Kitaev et al. 2020, section 2).
/// </summary>
/// <param name="factors">Even numbers whose product is the number of buckets.</param>
internal sealed class LshBuckets(IReadOnlyList<int> factors)
{
    /// <summary>The number of buckets of a round, and that of the one for padding.</summary>
    internal long Count { get; } = factors.Aggregate(1L, (product, factor) => product * factor);

    /// <summary>Buckets in number near twice the chunks, a power of two; many are the product of two.</summary>
    /// <param name="tokens">Tokens of a sample.</param>
    /// <param name="most">Most tokens of any sample.</param>
    /// <param name="chunk">Tokens of a chunk.</param>
    internal static LshBuckets For(long tokens, long most, long chunk)
    {
        var exponent = (int)Math.Log2(2 * (tokens / chunk));
        var limit = 2 * Math.Max((long)Math.Sqrt(most / chunk), chunk);
        return new LshBuckets(1L << exponent > limit ? [1 << exponent / 2, 1 << exponent - exponent / 2] : [1 << exponent]);
    }

    /// <summary>The buckets of vectors, those of a round from 0: (batch, heads, rounds, tokens).</summary>
    /// <param name="vectors">(batch, heads, tokens, width).</param>
    /// <param name="rounds">Times to hash.</param>
    internal Tensor Of(Tensor vectors, int rounds)
    {
        using var noGrad = Autograd.NoGrad();
        var (heads, width, directions) = (vectors.Size(1), vectors.Size(3), factors.Sum() / 2);
        var rotations = RandomDraws.Normal([heads, width, rounds, directions], vectors);
        var rotated = vectors.MatMul(rotations.Flatten(2)).Unflatten(-1, [rounds, directions]).Transpose(2, 3);
        var (buckets, begin, product) = (Nearest(rotated.Narrow(-1, 0, factors[0] / 2)), factors[0] / 2, factors[0]);
        foreach (var factor in factors.Skip(1))
        {
            buckets = buckets + Nearest(rotated.Narrow(-1, begin, factor / 2)) * product;
            (begin, product) = (begin + factor / 2, product * factor);
        }

        return buckets;
    }

    private static Tensor Nearest(Tensor rotated) => Functional.Cat([rotated, -rotated], -1).ArgMax(-1);
}
