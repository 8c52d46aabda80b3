using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// Projects tokens to queries, keys and values, attends in several heads side by side, and projects the joined contexts back
/// (Vaswani et al. 2017, arXiv 1706.03762, section 3.2.2). The head that attends is any <see cref="AttentionFunction"/>.
/// </summary>
public sealed class MultiHeadAttention : TokenMixer
{
    private readonly long _heads;

    /// <summary>Attention of <paramref name="heads"/> heads, each width / heads wide.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public MultiHeadAttention(long width, long heads, AttentionFunction function)
    {
        if (heads < 1 || width % heads != 0)
            throw new UserException($"The width must be a multiple of the number of heads, found width {width} and {heads} heads.");
        _heads = heads;
        QueryProjection = new Linear(width, width);
        KeyProjection = new Linear(width, width);
        ValueProjection = new Linear(width, width);
        OutputProjection = new Linear(width, width);
        Function = function;
    }

    /// <summary>Attention whose heads attend as a part of the catalog does.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the part cannot be built for them.</exception>
    public MultiHeadAttention(int width, int heads, Part<AttentionFunction> function, double dropout)
        : this(width, heads, function.Build(new AttentionShape(heads, width / Math.Max(heads, 1), dropout))) { }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private AttentionFunction Function { get; }

    /// <summary>Cross-attention: the tokens ask, other tokens answer.</summary>
    /// <param name="tokens">(batch, queries, width), or the tokens of fewer samples, which ask again for every so many samples of the context.</param>
    /// <param name="context">(batch, keys, width).</param>
    /// <param name="mask">True where a query may see a key, broadcastable to (batch, heads, queries, keys).</param>
    /// <exception cref="UserException">The batch of the context is no multiple of that of the tokens.</exception>
    public Tensor Call(Tensor tokens, Tensor context, Tensor? mask)
    {
        using var scope = new TensorScope();
        return scope.Keep(Attend(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Tensor? mask) => Attend(tokens, tokens, mask);

    private Tensor Attend(Tensor tokens, Tensor context, Tensor? mask)
    {
        var queries = SplitHeads(Repeat(QueryProjection.Call(tokens), context.Size(0)));
        var keys = SplitHeads(KeyProjection.Call(context));
        var values = SplitHeads(ValueProjection.Call(context));
        return OutputProjection.Call(JoinHeads(Function.Call(queries, keys, values, mask)));
    }

    /// <summary>The projected tokens of few samples, again and again for a larger batch.</summary>
    private static Tensor Repeat(Tensor tokens, long batch)
    {
        var samples = tokens.Size(0);
        if (samples == batch)
            return tokens;
        if (batch % samples != 0)
            throw new UserException($"The samples of a context must be a multiple of those that ask, found {batch} and {samples}.");
        return tokens.Expand([batch / samples, -1, -1, -1]).Reshape([batch, tokens.Size(1), tokens.Size(2)]);
    }

    /// <summary>(batch, tokens, width) to (batch, heads, tokens, head width).</summary>
    private Tensor SplitHeads(Tensor tokens) =>
        tokens.View([tokens.Size(0), tokens.Size(1), _heads, tokens.Size(2) / _heads]).Transpose(1, 2);

    /// <summary>(batch, heads, tokens, head width) to (batch, tokens, width).</summary>
    private static Tensor JoinHeads(Tensor contexts) =>
        contexts.Transpose(1, 2).Reshape([contexts.Size(0), contexts.Size(2), contexts.Size(1) * contexts.Size(3)]);
}
