using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Windows over the tokens of heads.</summary>
internal static class TokenWindows
{
    /// <summary>
    /// The windows of <paramref name="size"/> tokens that begin every <paramref name="step"/> tokens and fit in, as a view:
    /// (batch, heads, tokens, width) to (batch, heads, windows, width, size).
    /// </summary>
    internal static Tensor Of(Tensor tokens, long size, long step)
    {
        // Windows side by side are a view whose gradient is one too.
        return size == step
            ? tokens.Narrow(2, 0, tokens.Size(2) / size * size).Unflatten(2, [-1, size]).Transpose(-2, -1)
            : tokens.Unfold(2, size, step);
    }
}
