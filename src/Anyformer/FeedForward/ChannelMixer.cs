using Anyformer.Modules;

namespace Anyformer.FeedForward;

/// <summary>Works inside each token: (batch, tokens, width) to the same, token by token.</summary>
public abstract class ChannelMixer : TensorModule;
