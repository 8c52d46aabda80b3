using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Axes;

/// <summary>
/// Softmax attention whose scores are scaled after the product of queries and keys. Axes in a chain without skip connections make large scores, and of
/// those the two orders round to numbers further apart than checkpoints of the reference allow.
/// </summary>
internal sealed class LateScaledAttention(double dropout) : AttentionFunction
{
    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var scores = queries.MatMul(keys.Transpose(-2, -1)) * (1 / Math.Sqrt(queries.Size(-1)));
        var visible = mask?.Table(queries.Size(2), keys.Size(2), queries.Device);
        return Dropout.Call(visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible)).MatMul(values);
    }
}
