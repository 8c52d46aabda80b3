using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>
/// Attention in which the queries compete for every key: the softmax runs over the queries, and what a query then has of the keys is divided by its
/// sum (Locatello et al., NeurIPS 2020, arXiv 2006.15055, section 2.1). Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
[Formula(
    "B_ij = exp(S_ij) / sum_i exp(S_ij), S = Q Kᵀ / √d",
    "Y_i = sum_j B_ij V_j / sum_j B_ij",
    Where = "B: shares of the queries in a key, (batch, heads, queries, keys)")]
[Claims]
[Method("inverted", "Inverted (slot) attention", Family.SoftmaxAttention, 2020,
    Paper = "Locatello, Weissenborn, Unterthiner, Mahendran, Heigold, Uszkoreit, Dosovitskiy, Kipf, Object-Centric Learning with Slot Attention, "
        + "NeurIPS 2020, arXiv 2006.15055",
    Complexity = "O(tokens²)")]
public sealed class InvertedAttention : AttentionFunction
{
    private const double Epsilon = 1e-8;

    /// <summary>Attention whose weights are dropped with a probability.</summary>
    public InvertedAttention(double dropout = 0) => Dropout = new Dropout(dropout);

    /// <summary>Attention as a part of a host.</summary>
    public InvertedAttention(AttentionShape shape) : this(shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefuseCausal("Inverted attention");
        mask?.RefusePairs("Inverted attention");
        var scores = (queries * (1 / Math.Sqrt(queries.Size(-1)))).MatMul(keys.Transpose(-2, -1));
        if (mask?.QueryRows is { } asking)
            scores = scores.MaskedFill(!asking, double.NegativeInfinity);
        var shares = scores.Softmax(-2);
        if (mask?.KeyRows is { } real)
            shares = shares.MaskedFill(!real.Transpose(-2, -1), 0);
        var weights = shares / shares.Sum([-1], keepdim: true).ClampMin(Epsilon);
        Recorder.Record(this, "weights", weights);
        return Dropout.Call(weights).MatMul(values);
    }
}
