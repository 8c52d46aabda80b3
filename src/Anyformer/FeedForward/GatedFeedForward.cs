using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward;

/// <summary>
/// <c>W2 (a ⊙ act(g)) + b2</c> with <c>[a g] = W1 x + b1</c>, and dropout on the hidden units: with GELU the GEGLU of Shazeer 2020 (arXiv 2002.05202).
/// </summary>
public sealed class GatedFeedForward(long width, long hiddenWidth, Activation activation, double dropout = 0) : ChannelMixer
{
    private Linear Hidden { get; } = new(width, 2 * hiddenWidth);

    private Linear Output { get; } = new(hiddenWidth, width);

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var halves = Hidden.Call(input).Chunk(2, -1);
        return Output.Call(Dropout.Call(halves[0] * activation(halves[1])));
    }
}
