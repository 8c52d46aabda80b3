using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>The mean of every token and all before it: what attention gives under a causal mask when all scores are alike.</summary>
internal static class CumulativeMean
{
    /// <summary>Sums within a block are one product with a small table; the sums of whole blocks are added up after.</summary>
    private const long Block = 64;

    /// <summary>The means, linear in tokens.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    internal static Tensor Of(Tensor tokens)
    {
        using var scope = new TensorScope();
        var (batch, count, width) = (tokens.Size(0), tokens.Size(1), tokens.Size(2));
        var block = Math.Min(count, Block);
        var blocks = (count + block - 1) / block;
        var padded = blocks * block == count ? tokens : tokens.ConstantPadNd([0, 0, 0, blocks * block - count]);
        var before = Functional.Ones([block, block], tokens.DType, device: tokens.Device).Tril();
        var sums = before.Expand([batch * blocks, block, block]).Bmm(padded.Reshape([batch * blocks, block, width])).View([batch, blocks, block, width]);
        if (blocks > 1)
            sums += sums[.., .., ^1..].CumSum(1).ConstantPadNd([0, 0, 0, 0, 1, -1]);
        var counts = Functional.Arange(1, count + 1, dtype: tokens.DType, device: tokens.Device).Unsqueeze(-1);
        return scope.Keep(sums.Flatten(1, 2).Narrow(1, 0, count) / counts);
    }
}
