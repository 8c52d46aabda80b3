using Anyformer.Attention.Decoding;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Makes a context of queries, keys and values, all (batch, heads, tokens, head width).</summary>
public abstract class AttentionFunction : Module
{
    /// <summary>
    /// Whether it reads on under a <see cref="DecodingState"/>: it is recurrent, or of fewer queries than keys the last get under a causal mask what they
    /// would get beside all the others.
    /// </summary>
    public virtual bool ReadsOn => this is IRecurrentAttention;

    /// <summary>The context, (batch, heads, queries, head width).</summary>
    /// <param name="queries">(batch, heads, queries, head width).</param>
    /// <param name="keys">(batch, heads, keys, head width), or fewer heads, each shared by as many neighbouring heads of the queries.</param>
    /// <param name="values">(batch, heads, keys, head width), of as many heads as the keys.</param>
    /// <param name="mask">What may not be seen; null lets every query see every key.</param>
    /// <exception cref="UserException">The mechanism cannot obey the mask.</exception>
    public Tensor Call(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(DecodingState.Current is { } state && mask is { IsCausal: true }
            ? ReadOn(state, queries, keys, values, mask)
            : Attend(queries, keys, values, mask));
    }

    /// <summary>The context.</summary>
    protected abstract Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask);

    /// <summary>The context, of keys and values that may have fewer heads.</summary>
    private protected virtual Tensor Attend(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
        Forward(queries, Heads.Share(keys, queries.Size(1)), Heads.Share(values, queries.Size(1)), mask);

    /// <summary>The context of the tokens that come next.</summary>
    private protected virtual Tensor ReadOn(DecodingState state, Tensor queries, Tensor keys, Tensor values, AttentionMask mask)
    {
        if (!ReadsOn)
            throw new UserException($"{GetType().Name} cannot read on; texts must be read anew with every token.");
        if (mask.Pairs is not null)
            throw new UserException("Texts are read on under a causal mask and with padding, not under a table of pairs.");
        if (this is IRecurrentAttention recurrent)
            return mask.Keys is null ? state.Next().Step(recurrent, queries, Heads.Share(keys, queries.Size(1)), Heads.Share(values, queries.Size(1)))
                : throw new UserException($"{GetType().Name} reads on texts without padding; give them one by one, or of one length.");
        var (allKeys, allValues, real) = state.Next().Extend(keys, values, mask.Keys);
        return DecodingState.Apart(() => Attend(queries, allKeys, allValues, mask with { Keys = real }));
    }
}
