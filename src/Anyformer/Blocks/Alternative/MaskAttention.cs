using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>Options of <see cref="MaskAttention"/>.</summary>
public sealed record MaskAttentionOptions
{
    /// <summary>The distance from which on all distances are one.</summary>
    [Description("the distance from which on all distances are one"), Range(1, 1 << 20)]
    public int MostDistance { get; init; } = 128;
}

/// <summary>
/// Attention whose exponentials are multiplied by a learned mask from 0 to 1 before they are normalised. The mask depends on the token that asks,
/// on the distance and on the head (Mask Attention Networks: Fan et al., NAACL 2021, arXiv 2103.13597, section 3.3).
/// </summary>
/// <remarks>The paper's layer has it before common attention and a feed-forward part. Records <c>weights</c> for inspection.</remarks>
[Formula(
    "A_ij = m_ij exp(S_ij) / sum_j m_ij exp(S_ij), S = Q Kᵀ / √d",
    "m_ij = σ(u·x_i + r_(i-j) + b)",
    "Y = A V W_o",
    Where = "m: mask, (batch, heads, tokens, tokens); u: (width); r: one number a distance, (distances); b: (heads)")]
[Claims(Causal = true)]
[Method("mask-attention", "Dynamic mask attention (Mask Attention Networks)", Family.AlternativeBlocks, 2021, System = "architectures",
    Paper = "Fan, Gong, Liu, Wei, Wang, Jiao, Duan, Zhang, Huang, Mask Attention Networks: Rethinking and Strengthen Transformer, NAACL 2021, arXiv 2103.13597",
    Complexity = "O(tokens²)")]
public sealed class MaskAttention : TokenMixer
{
    private readonly TokenMixerShape _shape;

    /// <summary>Attention with fresh weights; the mask begins at one half everywhere, so as common attention.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public MaskAttention(TokenMixerShape shape, MaskAttentionOptions options)
    {
        _shape = shape;
        var inner = shape.Heads * shape.HeadWidth;
        (Query, Key, Value) = (new Linear(shape.Width, inner), new Linear(shape.Width, inner), new Linear(shape.Width, inner));
        Output = new Linear(inner, shape.Width);
        Dropout = new Dropout(shape.Dropout);
        Mask = new DynamicMask(shape.Width, shape.Heads, options.MostDistance);
    }

    private Linear Query { get; }

    private Linear Key { get; }

    private Linear Value { get; }

    private Linear Output { get; }

    private DynamicMask Mask { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        Tensor Split(Linear map) => Heads.Split(map.Call(tokens), _shape.Heads);
        var weights = Mask.Weights(Mask.Logits(tokens), Split(Query), Split(Key), mask);
        Recorder.Record(this, "weights", weights);
        return Output.Call(Heads.Join(Dropout.Call(weights).MatMul(Split(Value))));
    }
}

/// <summary>The learned mask of Mask Attention Networks.</summary>
internal sealed class DynamicMask : Module
{
    private readonly int _mostDistance;

    internal DynamicMask(int width, int heads, int mostDistance)
    {
        _mostDistance = mostDistance;
        Token = Initialization.Constant(Parameter.Empty(width), 0);
        Distance = Initialization.Constant(Parameter.Empty(2 * mostDistance + 1), 0);
        Head = Initialization.Constant(Parameter.Empty(heads), 0);
    }

    /// <summary>(width).</summary>
    private Parameter Token { get; }

    /// <summary>(distances), from the farthest key after the query to the farthest before it.</summary>
    private Parameter Distance { get; }

    /// <summary>(heads).</summary>
    private Parameter Head { get; }

    /// <summary>The mask before its sigmoid, (batch, heads, tokens, tokens).</summary>
    internal Tensor Logits(Tensor tokens)
    {
        var places = Functional.Arange(tokens.Size(1), device: tokens.Device);
        var distances = (places.Unsqueeze(-1) - places).Clamp(-_mostDistance, _mostDistance) + _mostDistance;
        var asking = tokens.MatMul(Token).Unsqueeze(1).Unsqueeze(-1);
        return asking + (Distance[distances] + Head.View([-1, 1, 1]));
    }

    /// <summary>Attention weights under the mask, (batch, heads, queries, keys).</summary>
    internal Tensor Weights(Tensor logits, Tensor queries, Tensor keys, AttentionMask? mask)
    {
        // A factor before the softmax's sum is an addend of its scores.
        var scores = (queries * (1 / Math.Sqrt(queries.Size(-1)))).MatMul(keys.Transpose(-2, -1)) + logits.LogSigmoid();
        var visible = mask?.Table(queries.Size(2), keys.Size(2), queries.Device);
        return visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible);
    }
}
