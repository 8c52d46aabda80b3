using Anyformer.FeedForward;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>The sublayer's output in place of the tokens: no skip connection, no normalisation.</summary>
internal sealed class Replacement : Wiring
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => sublayer(tokens);
}

/// <summary>Tokens as they are, for blocks whose mixer does all that there is to do.</summary>
internal sealed class NoFeedForward : ChannelMixer
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input;
}
