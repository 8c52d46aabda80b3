using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// Lets tokens see those of a context, as a decoder sees what an encoder read: (batch, tokens, width) and (batch, context tokens, width) to (batch,
/// tokens, width). Called without a context, the tokens are their own.
/// </summary>
public abstract class CrossMixer : TokenMixer
{
    /// <summary>Mixes the tokens with those of a context.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="context">(batch, context tokens, width).</param>
    /// <param name="mask">What the tokens may not see of the context; null lets them see all.</param>
    /// <exception cref="UserException">The mechanism cannot obey the mask, or the sizes do not go together.</exception>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Forward(tokens, tokens, mask);

    /// <summary>The mixed tokens.</summary>
    protected abstract Tensor Forward(Tensor tokens, Tensor context, AttentionMask? mask);
}
