using Anyformer.Torch;

namespace Anyformer.Attention.LongConvolutions;

/// <summary>
/// Convolution that reaches back alone, in which nothing of a later token gets to an earlier one, not even by rounding. A Fourier transform over all tokens
/// rounds them together; here what a half of the tokens gives to the half behind it is a transform of that half alone, of all pairs of a size at once
/// (divide and conquer), and within short blocks products are summed. O(tokens log² tokens).
/// </summary>
internal static class CausalConvolution
{
    private const long Block = 64;

    /// <summary>Sums over the places s up to t of filter (t - s) times value s, (batch, width, tokens).</summary>
    /// <param name="values">(batch, width, tokens).</param>
    /// <param name="filter">By the distance back from 0, (width, tokens).</param>
    internal static Tensor Of(Tensor values, Tensor filter)
    {
        using var scope = new TensorScope();
        var tokens = values.Size(2);
        var block = Math.Min(tokens, Block);
        var size = block;
        while (size < tokens)
            size *= 2;
        var (padded, padding) = (Fill(values, size), Fill(filter, size));
        var sums = WithinBlocks(padded, padding.Narrow(1, 0, block));
        for (var half = block; half < size; half *= 2)
            sums += ToNextHalves(padded, padding.Narrow(1, 0, 2 * half));
        return scope.Keep(sums.Narrow(2, 0, tokens));
    }

    private static Tensor WithinBlocks(Tensor values, Tensor filter)
    {
        var block = filter.Size(1);
        // Row t of the table is what token t takes of the block: the filter backwards until its own place, and nothing after.
        var table = filter.Flip([1]).ConstantPadNd([0, block - 1]).Unfold(1, block, 1).Flip([1]);
        var blocks = values.Unflatten(2, [-1, block]).Permute([1, 0, 2, 3]).Flatten(1, 2);
        return blocks.MatMul(table.Transpose(1, 2)).Unflatten(1, [values.Size(0), -1]).Permute([1, 0, 2, 3]).Flatten(2);
    }

    /// <summary>What every first half of a pair gives to the second, each as long as half of the filter.</summary>
    private static Tensor ToNextHalves(Tensor values, Tensor filter)
    {
        var (pair, half) = (filter.Size(1), filter.Size(1) / 2);
        var first = values.Unflatten(2, [-1, 2, half]).Select(3, 0);
        var given = (first.FftRfft(pair) * filter.FftRfft(pair).Unsqueeze(1)).FftIrfft(pair).Narrow(3, half, half);
        return given.ConstantPadNd([half, 0]).Flatten(2);
    }

    private static Tensor Fill(Tensor tokens, long size) => tokens.Size(-1) == size ? tokens : tokens.ConstantPadNd([0, size - tokens.Size(-1)]);
}
