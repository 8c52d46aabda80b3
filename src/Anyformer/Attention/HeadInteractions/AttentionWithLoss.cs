using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Scaled dot-product attention that adds a term to the loss while somebody collects such terms: see <see cref="AuxiliaryLoss"/>.</summary>
public abstract class AttentionWithLoss : AttentionFunction
{
    private protected AttentionWithLoss(double dropout) => (Attention, Dropout) = (new SoftmaxAttention(dropout), new Dropout(dropout));

    private SoftmaxAttention Attention { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        if (!AuxiliaryLoss.IsCollecting)
            return Attention.Call(queries, keys, values, mask);
        var scores = (queries / Math.Sqrt(queries.Size(-1))).MatMul(keys.Transpose(-2, -1));
        var weights = MaskedSoftmax.Of(scores, mask);
        Recorder.Record(this, "weights", weights);
        var contexts = Dropout.Call(weights).MatMul(values);
        AuxiliaryLoss.Add(Loss(weights, values, contexts, mask));
        return contexts;
    }

    /// <summary>The term of the loss, of one element.</summary>
    private protected abstract Tensor Loss(Tensor weights, Tensor values, Tensor contexts, AttentionMask? mask);
}
