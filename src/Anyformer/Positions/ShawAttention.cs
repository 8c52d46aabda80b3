using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="ShawAttention"/>.</summary>
public sealed record ShawAttentionOptions
{
    /// <summary>The farthest distance that has vectors of its own.</summary>
    [Description("the farthest distance that has vectors of its own"), Range(0, 1 << 20)]
    public int MaxDistance { get; init; } = 16;

    /// <summary>Whether keys and values have the same vectors, as in OpenNMT.</summary>
    [Description("keys and values have the same vectors")]
    public bool SharedVectors { get; init; }
}

/// <summary>
/// Attention whose keys and values are moved by learned vectors of the distance to the query, the same for all heads:
/// <c>softmax(q_i (k_j + a_r) / sqrt(head width)) (v_j + b_r)</c>, r the distance j - i, clipped (Shaw, Uszkoreit and Vaswani, NAACL 2018,
/// arXiv 1803.02155). Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
/// <remarks>
/// No vector is made for any pair: products of queries are taken with the few vectors and looked up, and weights of equal distance are summed first.
/// </remarks>
[Formula(
    "y_i = sum_j A_ij (v_j + b_r), A_ij = softmax_j(q_i·(k_j + a_r) / √d), r = clamp(j - i, -m, m)",
    Where = "a, b: learned vector of a distance, (2 m + 1, d); r: distance; m: farthest")]
[Claims(Causal = true)]
[Method("shaw", "Relative position representations", Family.RelativePositions, 2018,
    Paper = "Shaw, Uszkoreit, Vaswani, Self-Attention with Relative Position Representations, NAACL 2018, arXiv 1803.02155",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class ShawAttention : AttentionFunction
{
    private readonly long _farthest;

    /// <summary>Vectors drawn as linear maps are.</summary>
    public ShawAttention(AttentionShape shape, ShawAttentionOptions options)
    {
        _farthest = options.MaxDistance;
        KeyVectors = Drawn(shape.HeadWidth);
        ValueVectors = options.SharedVectors ? null : Drawn(shape.HeadWidth);
        Dropout = new Dropout(shape.Dropout);
    }

    /// <summary>(2 · farthest + 1, head width), from the farthest key before the query to the farthest after it.</summary>
    private Parameter KeyVectors { get; }

    /// <summary>Of the same shape; null when the keys' are the values' too.</summary>
    private Parameter? ValueVectors { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var (asking, answering) = (queries.Size(2), keys.Size(2));
        var distances = RelativeShift.Distances(asking, answering, answering - asking, queries.Device).Clamp(-_farthest, _farthest) + _farthest;
        var index = RelativeShift.Spread(distances, answering).Expand([queries.Size(0), queries.Size(1), -1, -1]);

        var scaled = queries * (1 / Math.Sqrt(queries.Size(-1)));
        var scores = scaled.MatMul(keys.Transpose(-2, -1)) + scaled.MatMul(KeyVectors.Transpose(0, 1)).Gather(3, index);
        var visible = mask?.Table(asking, answering, queries.Device);
        var weights = visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible);
        Recorder.Record(this, "weights", weights);
        weights = Dropout.Call(weights);
        var byDistance = weights.NewZeros([.. weights.Shape[..3], 2 * _farthest + 1]).ScatterAdd(3, index, weights);
        return weights.MatMul(values) + byDistance.MatMul(ValueVectors ?? KeyVectors);
    }

    private Parameter Drawn(long width) => Initialization.XavierUniform(Parameter.Empty(2 * _farthest + 1, width));
}
