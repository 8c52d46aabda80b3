using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Heads apart and side by side.</summary>
internal static class Heads
{
    /// <summary>(batch, tokens, width) to (batch, heads, tokens, head width).</summary>
    internal static Tensor SplitHeads(this Tensor tokens, long heads) => tokens.Unflatten(-1, [heads, tokens.Size(-1) / heads]).Transpose(1, 2);

    /// <summary>(batch, heads, tokens, head width) to (batch, tokens, width).</summary>
    internal static Tensor JoinHeads(this Tensor contexts) => contexts.Transpose(1, 2).Flatten(2);
}
