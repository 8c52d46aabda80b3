using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>What fused attention is told of pairs of queries and keys.</summary>
internal sealed record FusedMask
{
    /// <summary>Whether no query sees a later key; of fewer queries than keys, the last query stands beside the last key.</summary>
    internal bool IsCausal { get; init; }

    /// <summary>True where a key is a token and not padding, (batch, keys).</summary>
    internal Tensor? Keys { get; init; }

    /// <summary>True where a query may see a key, broadcastable to (batch, heads, queries, keys).</summary>
    internal Tensor? Pairs { get; init; }

    /// <summary>The blocks that a pattern opens; null for all.</summary>
    internal LayoutPlan? Layout { get; init; }

    /// <summary>The rules of a mask; none for null.</summary>
    internal static FusedMask Of(AttentionMask? mask) =>
        mask is null ? new FusedMask() : new FusedMask { IsCausal = mask.IsCausal, Keys = mask.Keys, Pairs = mask.Pairs };

    /// <summary>The rules as a table for the composition of operators, broadcastable to (batch, heads, queries, keys); null when all may be seen.</summary>
    internal Tensor? Table(long queries, long keys)
    {
        var table = new AttentionMask { IsCausal = IsCausal, Keys = Keys, Pairs = Pairs }.Table(queries, keys, (Keys ?? Pairs)?.Device);
        return Layout is null ? table : table is null ? Layout.Table() : table.LogicalAnd(Layout.Table());
    }
}
