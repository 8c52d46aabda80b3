using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// Positions are worked into queries and keys before another function attends. Of fewer queries than keys, the last query stands beside the last key.
/// </summary>
public sealed class PositionedAttention : AttentionFunction
{
    /// <summary>Positions for a function.</summary>
    /// <param name="function">What attends.</param>
    /// <param name="positions">What tells queries and keys where they stand: rotary positions, for one.</param>
    public PositionedAttention(AttentionFunction function, PositionEncoding positions) => (Function, Positions) = (function, positions);

    private AttentionFunction Function { get; }

    private PositionEncoding Positions { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
        Function.Call(Positions.CallQueries(queries, Math.Max(0, keys.Size(2) - queries.Size(2))), Positions.CallKeys(keys), values, mask);
}
