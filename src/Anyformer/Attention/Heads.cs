using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Tokens in heads that lie side by side in their width.</summary>
internal static class Heads
{
    /// <summary>(batch, tokens, width) to (batch, heads, tokens, head width), a view.</summary>
    internal static Tensor Split(Tensor tokens, long heads) => tokens.Unflatten(-1, [heads, -1]).Transpose(1, 2);

    /// <summary>(batch, heads, tokens, head width) to (batch, tokens, width).</summary>
    internal static Tensor Join(Tensor heads) => heads.Transpose(1, 2).Flatten(2);

    /// <summary>Fewer heads, each repeated for as many neighbours: (batch, shared heads, tokens, head width) to (batch, heads, tokens, head width).</summary>
    internal static Tensor Share(Tensor shared, long heads) => shared.Size(1) == heads
        ? shared
        : shared.Unsqueeze(2).Expand([-1, -1, heads / shared.Size(1), -1, -1]).Flatten(1, 2);
}
