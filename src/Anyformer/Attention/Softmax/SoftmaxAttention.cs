using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Kernels;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>
/// <c>softmax(Q K^T / sqrt(head width)) V</c>, with dropout on the weights (Vaswani et al. 2017, arXiv 1706.03762, section 3.2.1).
/// Quadratic in tokens. Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
[Claims(Causal = true)]
[Method("softmax", "Scaled dot-product attention", Family.SoftmaxAttention, 2017,
    System = "sparse-patterns",
    Paper = "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin, Attention Is All You Need, NeurIPS 2017, arXiv 1706.03762",
    Complexity = "O(tokens²)")]
public sealed class SoftmaxAttention : AttentionFunction
{
    /// <summary>Attention whose weights are dropped with a probability.</summary>
    public SoftmaxAttention(double dropout = 0) => Dropout = new Dropout(dropout);

    /// <summary>Attention as a part of a host.</summary>
    public SoftmaxAttention(AttentionShape shape) : this(shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var visible = mask?.Table(queries.Size(2), keys.Size(2), queries.Device);
        // Weights that somebody looks at must exist as a tensor of the graph.
        if (Recorder.IsListening || Dropout.CurrentProbability == 1 || !ShortAttention.Takes(queries, keys, values))
            return Compose(queries, keys, values, visible);
        return new ShortAttention(Dropout.CurrentProbability, visible).Apply(queries, keys, values)[0];
    }

    /// <summary>The attention as a composition of libtorch's operators: for any device and type, and the reference of the kernels.</summary>
    internal Tensor Compose(Tensor queries, Tensor keys, Tensor values, Tensor? visible)
    {
        var scores = (queries * (1 / Math.Sqrt(queries.Size(-1)))).MatMul(keys.Transpose(-2, -1));
        var weights = visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible);
        Recorder.Record(this, "weights", weights);
        return Dropout.Call(weights).MatMul(values);
    }
}
