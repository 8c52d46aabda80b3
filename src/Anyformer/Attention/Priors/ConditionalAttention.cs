using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>
/// Self-attention whose scores have a part that depends on the task alone: blocks along the diagonal, scaled and shifted by the task's embedding
/// (Pilault, Elhattami, Pal, ICLR 2021, arXiv 2009.09139). Gives the joined contexts, without an output projection. Records <c>weights</c>,
/// (batch, heads, tokens, tokens).
/// </summary>
[Formula(
    "Y = softmax(Q Kᵀ / √d + M(z)) V",
    "M(z): blocks B_m ⊙ (1 + γ(z)) + β(z) along the diagonal, 0 elsewhere; [γ, β](z) = z W + b",
    Where = "Y: heads joined, (batch, tokens, heads · d); z: embedding of the task, (batch, width); M: (batch, tokens, tokens); "
        + "B: learned, (tokens, tokens / blocks); γ, β: (batch, tokens / blocks); W: (width, 2 · tokens / blocks); "
        + "b: (2 · tokens / blocks); m: block")]
[Method("conditional-attention", "Conditional attention (CAMTL)", Family.Priors, 2021, System = "priors",
    Paper = "Pilault, Elhattami, Pal, Conditionally Adaptive Multi-Task Learning: Improving Transfer Learning in NLP Using Fewer Parameters & Less Data, ICLR 2021, arXiv 2009.09139",
    Complexity = "O(tokens²)")]
public sealed class ConditionalAttention : Module
{
    private readonly int _heads;
    private readonly int _tokens;
    private readonly int _blocks;

    /// <summary>Attention for a number of tokens.</summary>
    /// <param name="shape">The sizes; the width is a multiple of the tokens, and these of the width divided by them.</param>
    /// <exception cref="UserException">The sizes do not divide each other.</exception>
    public ConditionalAttention(TokenMixerShape shape)
    {
        if (shape.Tokens < 1 || shape.Width % shape.Tokens != 0 || shape.Tokens % (shape.Width / shape.Tokens) != 0)
            throw new UserException("Conditional attention needs a width that is a multiple of the tokens, and tokens that are a multiple of the "
                + $"blocks, width / tokens; found width {shape.Width} and {shape.Tokens} tokens.");
        (_heads, _tokens, _blocks) = (shape.Heads, shape.Tokens, shape.Width / shape.Tokens);
        var inner = shape.Heads * shape.HeadWidth;
        QueryProjection = new Linear(shape.Width, inner);
        KeyProjection = new Linear(shape.Width, inner);
        ValueProjection = new Linear(shape.Width, inner);
        Blocks = Initialization.Constant(Parameter.Empty(_tokens, _tokens / _blocks), 0);
        Condition = new Linear(shape.Width, 2 * (_tokens / _blocks));
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    /// <summary>The blocks below each other, (tokens, tokens of a block).</summary>
    private Parameter Blocks { get; }

    private Linear Condition { get; }

    private Dropout Dropout { get; }

    /// <summary>The joined contexts, (batch, tokens, width of all heads).</summary>
    /// <param name="tokens">(batch, tokens, width), of exactly as many tokens as the attention is built for.</param>
    /// <param name="task">The embedding of each sample's task, (batch, width).</param>
    /// <param name="mask">What may not be seen; null lets every token see all.</param>
    /// <exception cref="UserException">There is another number of tokens.</exception>
    public Tensor Call(Tensor tokens, Tensor task, AttentionMask? mask = null)
    {
        if (tokens.Size(1) != _tokens)
            throw new UserException($"The conditional attention is built for {_tokens} tokens, found {tokens.Size(1)}.");
        using var scope = new TensorScope();
        var queries = Heads.Split(QueryProjection.Call(tokens), _heads);
        var keys = Heads.Split(KeyProjection.Call(tokens), _heads);
        var scores = (queries / Math.Sqrt(queries.Size(-1))).MatMul(keys.Transpose(-2, -1)) + Prior(task).Unsqueeze(1);
        var weights = MaskedSoftmax.Of(scores, mask);
        Recorder.Record(this, "weights", weights);
        return scope.Keep(Heads.Join(Dropout.Call(weights).MatMul(Heads.Split(ValueProjection.Call(tokens), _heads))));
    }

    /// <summary>The scores of the task, (batch, tokens, tokens): blocks along the diagonal, zeros elsewhere.</summary>
    private Tensor Prior(Tensor task)
    {
        var parts = Condition.Call(task).Unsqueeze(1).Chunk(2, -1);
        var blocks = ((parts[0] + 1) * Blocks + parts[1]).Unflatten(1, [_blocks, -1]);
        var diagonal = Functional.Eye(_blocks, device: task.Device).To(task.DType).View([_blocks, 1, _blocks, 1]);
        return (blocks.Unsqueeze(3) * diagonal).Flatten(3).Flatten(1, 2);
    }
}
