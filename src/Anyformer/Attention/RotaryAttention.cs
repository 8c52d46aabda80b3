using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// Queries and keys are turned by their positions before another function attends (Su et al. 2021, arXiv 2104.09864). Elements turn with their
/// neighbours, as in the first publication: the second with the first, the fourth with the third.
/// </summary>
public sealed class RotaryAttention : AttentionFunction
{
    /// <summary>Positions for a function.</summary>
    public RotaryAttention(AttentionFunction function) => Function = function;

    private AttentionFunction Function { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">Heads have an odd width.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
        Function.Call(Turn(queries), Turn(keys), values, mask);

    private static Tensor Turn(Tensor tokens) => Rotary.TurnNeighbours(
        tokens, Rotary.Angles(Functional.Arange(tokens.Size(2), device: tokens.Device), tokens.Size(3)));
}
