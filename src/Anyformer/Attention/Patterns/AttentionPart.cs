using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Softmax attention to some of the keys, ready to be joined with attention to others.</summary>
/// <param name="Contexts">(batch, heads, queries, width): as if there were no other keys.</param>
/// <param name="LogSum">The logarithm of the sum of exponentiated scores, (batch, heads, queries, 1).</param>
internal sealed record AttentionPart(Tensor Contexts, Tensor LogSum)
{
    /// <summary>Attention to the keys of all parts, which must have no key in common: one softmax over all of them.</summary>
    public static Tensor Join(params AttentionPart[] parts)
    {
        var shares = Functional.Cat([.. parts.Select(part => part.LogSum)], -1).Softmax(-1);
        return parts.Select((part, i) => part.Contexts * shares.Narrow(-1, i, 1)).Aggregate((sum, part) => sum + part);
    }
}
