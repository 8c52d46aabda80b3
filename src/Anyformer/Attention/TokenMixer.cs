using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Lets tokens see each other: (batch, tokens, width) to the same.</summary>
[DefaultMethod("composed")]
public abstract class TokenMixer : Module
{
    /// <summary>Whether it reads on under a <see cref="Decoding.DecodingState"/>, giving what it would give for all tokens under a causal mask.</summary>
    public virtual bool ReadsOn => false;

    /// <summary>Mixes the tokens.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What may not be seen; null lets every token see all.</param>
    /// <exception cref="UserException">The mechanism cannot obey the mask.</exception>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(tokens, mask));
    }

    /// <summary>Tokens of a skip connection plus the mixed ones of its branch.</summary>
    internal Tensor CallOnto(Tensor residual, Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(ForwardOnto(residual, tokens, mask));
    }

    /// <summary>The same; who ends with a linear map lets that add.</summary>
    private protected virtual Tensor ForwardOnto(Tensor residual, Tensor tokens, AttentionMask? mask) => residual + Forward(tokens, mask);

    /// <summary>The mixed tokens.</summary>
    protected abstract Tensor Forward(Tensor tokens, AttentionMask? mask);
}
