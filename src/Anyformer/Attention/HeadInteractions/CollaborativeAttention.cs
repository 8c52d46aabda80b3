using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="CollaborativeAttention"/>.</summary>
public sealed record CollaborativeAttentionOptions
{
    /// <summary>Width of the queries and keys that all heads share; null for that of all heads together.</summary>
    [Description("width of the queries and keys that heads share; without it, that of all heads together"), Range(1, 65536)]
    public int? KeyWidth { get; init; }
}

/// <summary>
/// Heads that share queries and keys and weigh their dimensions, each in its own way (Cordonnier, Loukas, Jaggi 2020, arXiv 2006.16362). At first every
/// head weighs a slice of its own, which is ordinary attention. Records <c>weights</c>, (batch, heads, queries, keys).
/// </summary>
[Formula(
    "S_a = (X W_q diag(m_a) (X W_k)ᵀ + 1 (X c_a)ᵀ) / √(r / h)",
    "Y = [softmax(S_a) V_a for each head a] W_o",
    Where = "W_q, W_k: (width, r); m: mixing of a head, (heads, r); c: content bias, (heads, width); r: width of shared keys; a: head")]
[Claims(Causal = true)]
[Method("collaborative", "Collaborative heads", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Cordonnier, Loukas, Jaggi, Multi-Head Attention: Collaborate Instead of Concatenate, arXiv 2006.16362", Complexity = "O(tokens²), or what the function costs")]
public sealed class CollaborativeAttention : HeadInteraction
{
    private readonly int _heads;
    private readonly double _scale;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public CollaborativeAttention(TokenMixerShape shape, CollaborativeAttentionOptions options)
        : this(shape, options.KeyWidth ?? shape.Heads * shape.HeadWidth, shape.Width) { }

    /// <param name="shape">The sizes.</param>
    /// <param name="keyWidth">Width of shared queries and keys.</param>
    /// <param name="outputWidth">Width of the output projection; null for none.</param>
    internal CollaborativeAttention(TokenMixerShape shape, int keyWidth, int? outputWidth)
    {
        var values = shape.Heads * shape.HeadWidth;
        // The width of a head may be a fraction here.
        (_heads, _scale) = (shape.Heads, 1 / Math.Sqrt((double)keyWidth / shape.Heads));
        QueryProjection = new Linear(shape.Width, keyWidth, bias: false);
        KeyProjection = new Linear(shape.Width, keyWidth, bias: false);
        ContentBias = new Linear(shape.Width, shape.Heads, bias: false);
        Mixing = Slices(shape.Heads, keyWidth);
        ValueProjection = new Linear(shape.Width, values);
        OutputProjection = outputWidth is { } width ? new Linear(values, width) : null;
        Dropout = new Dropout(shape.Dropout);
        var function = FunctionOf(shape);
        if (function.IsPlainSoftmax)
            return;
        if (function.Position is { } position && function.TurningPositions(new AttentionShape(1, keyWidth, 0, shape.Tokens)) is not null)
            throw new UserException($"Collaborative heads weigh single elements of queries and keys, so positions of kind '{position.Kind}', which turn pairs "
                + "of them, mean nothing there.");
        var joined = new AttentionShape(shape.Heads, keyWidth + 1, shape.Dropout, shape.Tokens) { Layer = shape.Layer };
        Function = function.BuildCore(joined, shape.HeadWidth);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ContentBias { get; }

    /// <summary>(heads, key width).</summary>
    private Parameter Mixing { get; }

    private Linear ValueProjection { get; }

    private Linear? OutputProjection { get; }

    private Dropout Dropout { get; }

    /// <summary>What attends instead of the softmax; null for the softmax.</summary>
    private AttentionFunction? Function { get; }

    /// <summary>Cross-attention: the tokens ask, those of a context answer.</summary>
    /// <param name="tokens">(batch, queries, width).</param>
    /// <param name="context">(batch, keys, width).</param>
    /// <param name="mask">What may not be seen of the context; null lets the tokens see all.</param>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attend(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attend(tokens, tokens, mask);

    private Tensor Attend(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        var queries = QueryProjection.Call(tokens).Unsqueeze(1) * Mixing.Unsqueeze(1);
        var keys = KeyProjection.Call(context).Unsqueeze(1);
        var bias = ContentBias.Call(context).Transpose(1, 2);
        var values = Heads.Split(ValueProjection.Call(context), _heads);
        var contexts = Function is null ? WithSoftmax(queries, keys, bias, values, mask) : WithFunction(Function, queries, keys, bias, values, mask);
        return OutputProjection is null ? Heads.Join(contexts) : OutputProjection.Call(Heads.Join(contexts));
    }

    private Tensor WithSoftmax(Tensor queries, Tensor keys, Tensor bias, Tensor values, AttentionMask? mask)
    {
        var weights = MaskedSoftmax.Of((queries.MatMul(keys.Transpose(-2, -1)) + bias.Unsqueeze(2)) * _scale, mask);
        Recorder.Record(this, "weights", weights);
        return Dropout.Call(weights).MatMul(values);
    }

    /// <summary>The bias of a key is one more element of it, which every query meets with 1.</summary>
    private Tensor WithFunction(AttentionFunction function, Tensor queries, Tensor keys, Tensor bias, Tensor values, AttentionMask? mask)
    {
        var keysOfHeads = Functional.Cat([keys.Expand([-1, _heads, -1, -1]), bias.Unsqueeze(-1)], -1);
        var asking = Functional.Cat([queries, queries.NewOnes([.. queries.Shape[..^1], 1])], -1);
        // The function divides scores by the root of its own width.
        return function.Call(asking * (_scale * Math.Sqrt(asking.Size(-1))), keysOfHeads, values, mask);
    }

    /// <summary>Ones at the slice of every head; the last slice is shorter where the width is no multiple.</summary>
    private static Parameter Slices(int heads, int keyWidth)
    {
        using var scope = new TensorScope();
        var size = (keyWidth + heads - 1) / heads;
        var owners = Functional.Arange(keyWidth).FloorDivide(size);
        return new Parameter(owners.Eq(Functional.Arange(heads).Unsqueeze(1)).To(DType.Float32));
    }
}
