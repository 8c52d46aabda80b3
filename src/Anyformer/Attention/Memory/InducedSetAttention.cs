using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>Options of <see cref="InducedSetAttention"/>.</summary>
public sealed record InducedSetAttentionOptions
{
    /// <summary>Learned points through which the elements see each other.</summary>
    [Description("learned points through which the elements see each other"), Range(1, 65536)]
    public int InducingPoints { get; init; } = 32;

    /// <summary>Whether every part ends in a layer normalisation.</summary>
    [Description("layer normalisation at the end of every part")]
    public bool Norm { get; init; }
}

/// <summary>
/// The induced set attention block: a few learned points ask the set, then the set asks the points, so that the cost is linear in its elements and
/// their order does not matter (Lee et al., ICML 2019, arXiv 1810.00825, section 3.1). As in the paper the block is a whole one: each of its two parts
/// has a skip connection and a row-wise layer of its own.
/// </summary>
[Formula(
    "Y = mab(X, H), H = mab(I, X)",
    "mab(A, B) = norm(Z + relu(Z W + b)), Z = norm(Q + softmax(Q Kᵀ / √D) V) with Q = A W_q, K = B W_k, V = B W_v",
    Where = "I: inducing points, learned, (points, width); H: (batch, points, width); A, B: sets, (batch, elements, width); "
        + "Z: (batch, elements, width); W: (width, width); b: (width)")]
[Claims(Growth = 1)]
[Method("set-transformer", "Set Transformer (induced set attention)", Family.Memory, 2019,
    Paper = "Lee, Lee, Kim, Kosiorek, Choi, Teh, Set Transformer: A Framework for Attention-based Permutation-Invariant Neural Networks, ICML 2019, "
        + "arXiv 1810.00825",
    Complexity = "O(points · tokens)")]
public sealed class InducedSetAttention : TokenMixer
{
    /// <summary>A block with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public InducedSetAttention(TokenMixerShape shape, InducedSetAttentionOptions options) : this(shape.Width, shape, options) { }

    /// <summary>A block that takes elements of one width to those of another.</summary>
    /// <param name="inputWidth">Width of an element that goes in.</param>
    /// <param name="shape">The sizes of what comes out.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public InducedSetAttention(int inputWidth, TokenMixerShape shape, InducedSetAttentionOptions options)
    {
        var (width, heads, dropout) = (shape.Width, shape.Heads, shape.Dropout);
        InducingPoints = Initialization.XavierUniform(Parameter.Empty(1, options.InducingPoints, width));
        Gathering = new SetAttentionBlock(width, inputWidth, width, heads, options.Norm, dropout);
        Distribution = new SetAttentionBlock(inputWidth, width, width, heads, options.Norm, dropout);
    }

    /// <summary>(1, points, width).</summary>
    private Parameter InducingPoints { get; }

    private SetAttentionBlock Gathering { get; }

    private SetAttentionBlock Distribution { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("Induced set attention");
        mask?.RefusePairs("Induced set attention");
        return Distribution.Call(tokens, Gathering.Call(InducingPoints, tokens, mask));
    }
}
