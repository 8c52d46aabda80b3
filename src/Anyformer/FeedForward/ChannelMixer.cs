using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward;

/// <summary>Works inside each token: (batch, tokens, width) to the same, token by token.</summary>
public abstract class ChannelMixer : TensorModule
{
    /// <summary>Whether a token gets the same whatever tokens stand beside it. Experts with a limited number of places give them to all tokens of a batch together.</summary>
    public virtual bool IsTokenwise => true;

    /// <summary>Tokens of a skip connection plus the mixed ones of its branch.</summary>
    internal Tensor CallOnto(Tensor residual, Tensor input)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(ForwardOnto(residual, input));
    }

    /// <summary>The same; who ends with a linear map lets that add.</summary>
    private protected virtual Tensor ForwardOnto(Tensor residual, Tensor input) => residual + Forward(input);
}
