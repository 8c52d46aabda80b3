using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Kernels.Fused;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>
/// <c>softmax(Q K^T / sqrt(head width)) V</c>, with dropout on the weights (Vaswani et al. 2017, arXiv 1706.03762, section 3.2.1).
/// Quadratic in tokens. Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
[Formula("Y = softmax(Q Kᵀ / √d) V")]
[Claims(Causal = true)]
[Method("softmax", "Scaled dot-product attention", Family.SoftmaxAttention, 2017,
    System = "sparse-patterns",
    Paper = "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin, Attention Is All You Need, NeurIPS 2017, arXiv 1706.03762",
    Complexity = "O(tokens²)")]
public sealed class SoftmaxAttention : AttentionFunction, IProportionalAttention
{
    /// <summary>Attention whose weights are dropped with a probability.</summary>
    public SoftmaxAttention(double dropout = 0) => Dropout = new Dropout(dropout);

    /// <summary>Attention as a part of a host.</summary>
    public SoftmaxAttention(AttentionShape shape) : this(shape.Dropout) { }

    /// <inheritdoc/>
    public override bool ReadsOn => true;

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    public Tensor Call(Tensor queries, Tensor keys, Tensor values, Tensor counts)
    {
        using var scope = new TensorScope(this);
        // The logarithm of its count, added to the scores of a key, makes it weigh so many times as much.
        var bias = counts.Log().Transpose(-2, -1).Unsqueeze(1);
        var attended = Recorder.IsListening ? null
            : ScaledDotProduct.Attend(queries, keys, values, new FusedMask(), Dropout.CurrentProbability, bias);
        return scope.Keep(attended ?? Weigh((Scores(queries, keys) + bias).Softmax(-1), values));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        // Weights that somebody looks at must exist as a tensor of the graph.
        var attended = Recorder.IsListening ? null
            : ScaledDotProduct.Attend(queries, keys, values, FusedMask.Of(mask), Dropout.CurrentProbability);
        return attended ?? Compose(queries, keys, values, mask?.Table(queries.Size(2), keys.Size(2), queries.Device));
    }

    /// <summary>The attention as a composition of libtorch's operators: for any device and type, and the reference of the kernels.</summary>
    internal Tensor Compose(Tensor queries, Tensor keys, Tensor values, Tensor? visible)
    {
        var scores = Scores(queries, keys);
        return Weigh(visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible), values);
    }

    /// <summary>There are fewer queries than scores to scale; but whoever looks on gets the numbers of the formula, as other codes compute it, to the bit.</summary>
    private static Tensor Scores(Tensor queries, Tensor keys)
    {
        var root = Math.Sqrt(queries.Size(-1));
        return Recorder.IsListening ? queries.MatMul(keys.Transpose(-2, -1)) / root : (queries * (1 / root)).MatMul(keys.Transpose(-2, -1));
    }

    private Tensor Weigh(Tensor weights, Tensor values)
    {
        Recorder.Record(this, "weights", weights);
        return Dropout.Call(weights).MatMul(values);
    }
}
