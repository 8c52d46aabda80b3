using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Tokens in buckets of equal length, the last filled up with zeros.</summary>
/// <param name="Tokens">(batch, heads, buckets, length, width).</param>
/// <param name="Real">True where there is a token and no padding, (batch, heads, buckets, length); null when all are.</param>
internal sealed record TokenBuckets(Tensor Tokens, Tensor? Real)
{
    /// <summary>How many there are.</summary>
    internal long Count => Tokens.Size(2);

    /// <summary>Tokens of each.</summary>
    internal long Length => Tokens.Size(3);

    /// <summary>The buckets of tokens.</summary>
    /// <param name="tokens">(batch, heads, tokens, width).</param>
    /// <param name="real">True where one is no padding, (batch, tokens); null when all are.</param>
    /// <param name="length">Tokens of a bucket.</param>
    /// <param name="turned">Whether the second half of the heads cuts its buckets as late as possible; see <see cref="Turn"/>.</param>
    internal static TokenBuckets Of(Tensor tokens, Tensor? real, long length, bool turned = false)
    {
        var missing = (length - tokens.Size(2) % length) % length;
        if (missing > 0)
        {
            real ??= Functional.Ones([1, tokens.Size(2)], DType.Bool, device: tokens.Device).Expand([tokens.Size(0), -1]);
            real = real.ConstantPadNd([0, missing]);
            tokens = tokens.ConstantPadNd([0, 0, 0, missing]);
        }

        var ofHeads = real?.Unsqueeze(1).Expand([-1, tokens.Size(1), -1]);
        if (turned)
            (tokens, ofHeads) = (Turn(tokens, 1 - length), ofHeads is null ? null : Turn(ofHeads, 1 - length));
        return new TokenBuckets(tokens.Unflatten(2, [-1, length]), ofHeads?.Unflatten(2, [-1, length]));
    }

    /// <summary>These after some buckets of nothing but one token for each head, (heads, 1, width); zeros when null.</summary>
    internal TokenBuckets After(Tensor? token, long count)
    {
        var shape = Tokens.Shape;
        var before = (token is null ? Tokens.NewZeros([shape[1], 1, 1, shape[4]]) : token.To(Tokens.DType).Unsqueeze(1))
            .Expand([shape[0], shape[1], count, shape[3], shape[4]]);
        return new TokenBuckets(Functional.Cat([before, Tokens], 2), Real?.ConstantPadNd([0, 0, count, 0], true));
    }

    /// <summary>The second half of the heads, of (batch, heads, tokens, ...), turned by a number of tokens: the first come after the last.</summary>
    internal static Tensor Turn(Tensor heads, long by)
    {
        var half = heads.Size(1) / 2;
        return Functional.Cat([heads.Narrow(1, 0, half), heads.Narrow(1, half, heads.Size(1) - half).Roll([by], [2])], 1);
    }
}
