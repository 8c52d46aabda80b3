using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>How two tokens become one.</summary>
public enum PoolingKind
{
    /// <summary>Their mean.</summary>
    Mean,
    /// <summary>The larger, channel by channel.</summary>
    Max,
    /// <summary>The smaller, channel by channel.</summary>
    Min,
}

/// <summary>
/// Halves a sequence, and spreads it out again (Dai et al., NeurIPS 2020, arXiv 2006.03236, section 2.2): tokens are pooled two by two, a last one alone.
/// </summary>
/// <param name="Kind">How two tokens become one.</param>
/// <param name="HasClass">Whether the first token is a class token, which stays as it is.</param>
/// <param name="Truncate">Whether beside a class token the last token is left out, so that an even number halves to an even one.</param>
public sealed record FunnelPooling(PoolingKind Kind, bool HasClass, bool Truncate)
{
    /// <summary>Whether a sequence is long enough to be pooled.</summary>
    public bool Takes(long tokens) => tokens > (HasClass ? 2 : 1);

    /// <summary>(batch, tokens, width) to (batch, pooled, width).</summary>
    public Tensor Tokens(Tensor tokens) => Pool(tokens, Kind);

    /// <summary>A pooled token counts if all that it covers does: (batch, tokens) to (batch, pooled), both true at tokens that count.</summary>
    public Tensor Mask(Tensor real) => Pool(real.To(DType.Float32).Unsqueeze(-1), PoolingKind.Min).Squeeze(-1) > 0.5;

    /// <summary>A pooled token has the type of the first that it covers: (batch, tokens) to (batch, pooled).</summary>
    public Tensor Types(Tensor types) => Paired(types)[.., TensorIndex.Slice(step: 2)];

    /// <summary>Each pooled token again and again, (batch, pooled, width) to (batch, tokens, width).</summary>
    /// <param name="pooled">(batch, pooled, width).</param>
    /// <param name="times">How often; twice for every time that the sequence was halved.</param>
    /// <param name="tokens">Tokens of the result.</param>
    public Tensor Spread(Tensor pooled, long times, long tokens)
    {
        if (times == 1)
            return pooled;
        if (!HasClass)
            return pooled.RepeatInterleave(times, 1).Narrow(1, 0, tokens);
        // What was left out of the end comes back as zeros.
        var spread = pooled[.., 1..].RepeatInterleave(times, 1).ConstantPadNd([0, 0, 0, Truncate ? times - 1 : 0]);
        return Functional.Cat([pooled[.., ..1], spread.Narrow(1, 0, tokens - 1)], 1);
    }

    private Tensor Pool(Tensor tokens, PoolingKind kind)
    {
        var rows = Paired(tokens).Unsqueeze(1);
        long[] two = [2, 1];
        return (kind switch
        {
            PoolingKind.Mean => rows.AvgPool2d(two, two, ceilMode: true),
            PoolingKind.Max => rows.MaxPool2d(two, two, ceilMode: true),
            _ => -(-rows).MaxPool2d(two, two, ceilMode: true),
        }).Squeeze(1);
    }

    /// <summary>The tokens, the class token twice so that it is pooled with itself.</summary>
    private Tensor Paired(Tensor tokens) =>
        HasClass ? Functional.Cat([tokens[.., ..1], Truncate ? tokens[.., ..^1] : tokens], 1) : tokens;
}
