using System.Numerics;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Kernels.Merging;

/// <summary>A match as rows of all samples' tokens, one sample after the other, and how much each row has of the mean that it goes into.</summary>
internal sealed class MergedRows<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The rows of a match.</summary>
    /// <param name="match">Which tokens merge into which.</param>
    /// <param name="sizes">(batch, tokens, 1).</param>
    /// <exception cref="UserException">The match names a token that is not there.</exception>
    internal MergedRows(TokenMatch match, Tensor sizes)
    {
        var (tokens, fewer) = (match.Tokens, match.Bases.Size(1));
        (Fewer, Merged) = ((int)fewer, (int)match.Moved.Size(1));
        (Bases, Moved, Targets) = (Rows(match.Bases, tokens), Rows(match.Moved, tokens), Rows(match.Targets, fewer));
        var given = sizes.ToArray<T>();
        BaseShares = Array.ConvertAll(Bases, row => given[row]);
        MovedShares = Array.ConvertAll(Moved, row => given[row]);
        Sizes = [.. BaseShares];
        for (var i = 0; i < Moved.Length; i++)
            Sizes[Targets[i]] += MovedShares[i];
        // A token that stays alone is all of its mean, whatever its size.
        for (var row = 0; row < Bases.Length; row++)
            BaseShares[row] = BaseShares[row] == Sizes[row] ? T.One : BaseShares[row] / Sizes[row];
        for (var i = 0; i < Moved.Length; i++)
            MovedShares[i] /= Sizes[Targets[i]];
    }

    /// <summary>Rows of a sample afterwards.</summary>
    internal int Fewer { get; }

    /// <summary>Tokens of a sample that merge into others.</summary>
    internal int Merged { get; }

    /// <summary>Of each new row, the row that stays there.</summary>
    internal long[] Bases { get; }

    /// <summary>Its share.</summary>
    internal T[] BaseShares { get; }

    /// <summary>The rows that merge into others.</summary>
    internal long[] Moved { get; }

    /// <summary>The new row that each of them merges into.</summary>
    internal long[] Targets { get; }

    /// <summary>Its share there.</summary>
    internal T[] MovedShares { get; }

    /// <summary>The size of each new row.</summary>
    internal T[] Sizes { get; }

    private static long[] Rows(Tensor places, long count)
    {
        var rows = places.ToArray<long>();
        var ofSample = places.Size(1);
        for (var i = 0; i < rows.Length; i++)
            rows[i] = rows[i] >= 0 && rows[i] < count ? rows[i] + i / ofSample * count
                : throw new UserException($"A match among {count} tokens names number {rows[i]}, which is not there.");
        return rows;
    }
}
