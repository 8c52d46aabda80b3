using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>
/// The multihead attention block between two sets (Lee et al., ICML 2019, arXiv 1810.00825, section 3.1): <c>H = norm(Q + softmax(Q K^T / sqrt(width)) V)</c>,
/// then <c>norm(H + relu(W H + b))</c>. As in the authors' code the skip connection carries the projected queries, and the scores of every head are
/// divided by the root of the whole width. A set that asks itself is the paper's set attention block.
/// </summary>
public sealed class SetAttentionBlock : Module
{
    private readonly int _heads;

    /// <summary>A block between sets of different widths.</summary>
    /// <param name="askingWidth">Width of an element of the set that asks.</param>
    /// <param name="answeringWidth">Width of an element of the set that answers.</param>
    /// <param name="width">Width of the result.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="norm">Whether both parts end in a layer normalisation.</param>
    /// <param name="dropout">Probability of dropout on the attention weights; the authors have none.</param>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public SetAttentionBlock(int askingWidth, int answeringWidth, int width, int heads, bool norm = false, double dropout = 0)
    {
        _heads = width / new TokenMixerShape(0, width, heads).HeadWidth;
        QueryProjection = new Linear(askingWidth, width);
        KeyProjection = new Linear(answeringWidth, width);
        ValueProjection = new Linear(answeringWidth, width);
        Function = new SoftmaxAttention(dropout);
        ContextNorm = norm ? new LayerNorm(width) : null;
        OutputProjection = new Linear(width, width);
        OutputNorm = norm ? new LayerNorm(width) : null;
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private SoftmaxAttention Function { get; }

    private LayerNorm? ContextNorm { get; }

    private Linear OutputProjection { get; }

    private LayerNorm? OutputNorm { get; }

    /// <summary>What the elements that ask become, (batch, asking, width).</summary>
    /// <param name="asking">(batch, asking, asking width), or a batch of 1 that asks every sample.</param>
    /// <param name="answering">(batch, answering, answering width).</param>
    /// <param name="mask">What may not be seen of the answering set; null lets all be seen.</param>
    public Tensor Call(Tensor asking, Tensor answering, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var queries = QueryProjection.Call(asking).Expand([answering.Size(0), -1, -1]);
        var (keys, values) = (Heads.Split(KeyProjection.Call(answering), _heads), Heads.Split(ValueProjection.Call(answering), _heads));
        // The function divides by the root of a head's width only.
        var contexts = Function.Call(Heads.Split(queries * (1 / Math.Sqrt(_heads)), _heads), keys, values, mask);
        var mixed = Normalize(queries + Heads.Join(contexts), ContextNorm);
        return scope.Keep(Normalize(mixed + OutputProjection.Call(mixed).Relu(), OutputNorm));
    }

    private static Tensor Normalize(Tensor tokens, LayerNorm? norm) => norm?.Call(tokens) ?? tokens;
}
