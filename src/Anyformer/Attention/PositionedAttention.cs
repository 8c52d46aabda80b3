using Anyformer.Attention.Decoding;
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
    public override bool ReadsOn => Function.ReadsOn && !(Positions.DependsOnLength && Function is IRecurrentAttention);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
        Function.Call(Positions.CallQueries(queries, Math.Max(0, keys.Size(2) - queries.Size(2))), Positions.CallKeys(keys), values, mask);

    /// <summary>Keys are worked into before they are shared among heads.</summary>
    private protected override Tensor Attend(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) => Forward(queries, keys, values, mask);

    /// <summary>What is remembered has its positions worked in already, unless those change with the length of the text.</summary>
    private protected override Tensor ReadOn(DecodingState state, Tensor queries, Tensor keys, Tensor values, AttentionMask mask) => Positions.DependsOnLength
        ? base.ReadOn(state, queries, keys, values, mask)
        : Function.Call(Positions.CallQueries(queries, state.Length), Positions.CallKeys(keys, state.Length), values, mask);
}
