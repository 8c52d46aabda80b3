using Anyformer.Modules;

namespace Anyformer.FeedForward;

/// <summary>Works inside each token: (batch, tokens, width) to the same, token by token.</summary>
public abstract class ChannelMixer : TensorModule
{
    /// <summary>Whether a token gets the same whatever tokens stand beside it. Experts with a limited number of places give them to all tokens of a batch together.</summary>
    public virtual bool IsTokenwise => true;
}
