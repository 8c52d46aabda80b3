using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>
/// <c>W2 (gelu(g) ⊙ a) + b2</c> with <c>[g a] = W1 x + b1</c>: <see cref="GatedFeedForward"/> whose gate is the first half, as lucidrains' models have it.
/// </summary>
internal sealed class GateFirstFeedForward(long width, long hiddenWidth, double dropout) : ChannelMixer
{
    private Linear Hidden { get; } = new(width, 2 * hiddenWidth);

    private Linear Output { get; } = new(hiddenWidth, width);

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var halves = Hidden.Call(input).Chunk(2, -1);
        return Output.Call(Dropout.Call(halves[0].Gelu() * halves[1]));
    }
}
