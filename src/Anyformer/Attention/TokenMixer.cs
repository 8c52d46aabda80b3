using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Lets tokens see each other: (batch, tokens, width) to the same.</summary>
public abstract class TokenMixer : Module
{
    /// <summary>Mixes the tokens.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">True where a query may see a key, broadcastable to (batch, heads, queries, keys); null lets every token see all.</param>
    public Tensor Call(Tensor tokens, Tensor? mask = null)
    {
        using var scope = new TensorScope();
        return scope.Keep(Forward(tokens, mask));
    }

    /// <summary>The mixed tokens.</summary>
    protected abstract Tensor Forward(Tensor tokens, Tensor? mask);
}
